'use strict';
// The function under test of test_node_runtime.py: `do` says what.

const { execSync, spawn } = require('child_process');
const fs = require('fs');

let count = 0;
let late = null;
const forever = () => new Promise((resolve) => setTimeout(resolve, 60000));
const spin = () => {
  for (;;);
};

const DO = {
  context: (event, context) => ({
    name: context.functionName,
    arn: context.invokedFunctionArn,
    memory: context.memoryLimitInMB,
    id: context.awsRequestId,
    waits: context.callbackWaitsForEmptyEventLoop,
    left: context.getRemainingTimeInMillis(),
    keys: Object.keys(context),
  }),
  throw: () => {
    throw new RangeError('bad');
  },
  text: () => {
    throw 'just text';
  },
  hang: forever,
  spin,
  orphan: () => {
    const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    process.stdout.write(String(child.pid));
    spin();
  },
  log: () => {
    process.stdout.write('printed\n');
    execSync('echo child', { stdio: 'inherit' });
    console.warn('logged', { a: 1 });
    console.log('two\nlines');
  },
  timer: () => {
    setTimeout(() => {
      late = 'late';
    }, 30);
  },
  wait: async () => {
    while (late === null) await new Promise((resolve) => setTimeout(resolve, 5));
    return late;
  },
  memory: async () => {
    const filled = Buffer.alloc(400 << 20, 1);
    await forever();
    return filled.length;
  },
  exit: () => {
    process.stdout.write('last words');
    process.exit(3);
  },
  segfault: () => {
    process.stdout.write('last words');
    process.kill(process.pid, 'SIGSEGV');
    spin();
  },
  uncaught: async () => {
    setImmediate(() => {
      throw new TypeError('uncaught');
    });
    await forever();
  },
  unhandled: async () => {
    Promise.reject(new Error('nobody'));
    await forever();
  },
  large: () => 'x'.repeat(6 << 20) + 'y'.repeat(200),
  circular: () => {
    const a = {};
    a.a = a;
    return a;
  },
  environment: () => ({
    names: Object.keys(process.env),
    arguments: process.argv.length,
    options: process.execArgv.filter((option) => option.includes('faasfuzz')),
    path: process.env.NODE_PATH,
    cwd: process.cwd(),
    root: process.env.LAMBDA_TASK_ROOT,
    main: require.main === module,
  }),
  tmp: () => {
    const marker = (process.env.TMPDIR || '/tmp') + '/faasfuzz-test-marker';
    const there = fs.existsSync(marker);
    fs.writeFileSync(marker, '');
    return there;
  },
  pid: () => process.pid,
  nothing: () => undefined,
};

exports.handler = async (event, context) => {
  count += 1;
  const what = event === null ? undefined : DO[event.do];
  return what === undefined ? { count } : what(event, context);
};

exports.nested = { deep: { handler: async () => 'nested' } };

exports.callback = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = event.wait !== false;
  let late = 'early';
  setTimeout(() => {
    late = 'late';
  }, 20);
  if (event.do === 'done') context.done(null, 'done');
  else if (event.do === 'succeed') context.succeed('succeeded');
  else if (event.do === 'fail') context.fail(new Error('failed'));
  else if (event.do === 'error') callback(new TypeError('called back'));
  else if (event.do === 'twice') {
    callback(null, 'first');
    callback(null, 'second');
  } else if (event.do === 'throw') throw new Error('thrown');
  else if (event.do !== 'nothing') callback(null, { get late() { return late; } });
};
