'use strict';
// One call after another: the handler's contract of promises, callbacks and context methods
// (aws-lambda-ric, Runtime.js, CallbackContext.js, StreamingContext.js, InvokeContext.js).

const { Buffer } = require('buffer');
const { ANSWER, ERROR, LAST_ERROR } = require('./connection.js');
const { asReported } = require('./errors.js');
const { ResponseStream } = require('./streaming.js');
const logging = require('./logging.js');

const { parse, stringify } = JSON;
const { hrtime } = process;
const cpuUsage = process.cpuUsage.bind(process);
const exit = process.exit.bind(process);
const soon = setImmediate;
const noListener = () => {};

const isPromise = (value) => value && value.then && typeof value.then === 'function';

function answerText(value) {
  try {
    return stringify(value === undefined ? null : value);
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

function onlyFirst(wrapped) {
  return (state) =>
    function (...args) {
      if (state.finished) return;
      wrapped(...args);
      state.finished = true;
    };
}

class Invocations {
  constructor(connection, loaded, sensors, arn, onError) {
    this.connection = connection;
    this.loaded = loaded;
    this.sensors = sensors;
    this.arn = arn;
    this.onError = onError;
    this.beforeExit = noListener;
    process.on('beforeExit', () => this.beforeExit());
  }

  start() {
    soon(() => this.next());
  }

  next() {
    const request = this.connection.receive();
    // What happened to sockets and timers while we stood still comes first.
    soon(() => this.handle(request));
  }

  handle(request) {
    logging.setRequestId(request.id);
    const trace = request.id.replaceAll('-', '').slice(0, 24);
    const seconds = Math.floor(request.deadline / 1000).toString(16).padStart(8, '0');
    process.env._X_AMZN_TRACE_ID = `Root=1-${seconds}-${trace};Sampled=0`;
    const started = hrtime.bigint();
    const cpu = cpuUsage();
    const send = (kind, body) => {
      if (this.sensors !== null) this.sensors.end();
      const used = cpuUsage(cpu);
      const duration = Number(hrtime.bigint() - started);
      this.connection.send(kind, body, duration, (used.user + used.system) * 1e3);
    };
    const call = {
      answer: (body) => {
        send(ANSWER, body);
        this.start();
      },
      error: (error) => {
        send(ERROR, stringify(asReported(error)));
        this.start();
      },
    };
    const last = (code) => (error) => {
      send(LAST_ERROR, stringify(asReported(error)));
      exit(code);
    };
    this.onError.exception = last(129);
    this.onError.rejection = last(128);
    if (this.loaded.streaming) this.stream(request, call);
    else this.run(request, call);
  }

  event(request) {
    const value = parse(request.event);
    if (this.sensors === null) return value;
    this.sensors.begin();
    return request.extra === '' ? value : this.sensors.learn(value, parse(request.extra));
  }

  run(request, call) {
    let completed = false;
    let waits = true;
    const complete = (result) => {
      if (completed) {
        console.error(
          'Invocation has already been reported as done. Cannot call complete more than once per invocation.',
        );
        return;
      }
      completed = true;
      call.answer(answerText(result));
    };
    const failed = (error) => {
      logging.logError('Invoke Error', error);
      call.error(error);
    };
    const done = (error, result) => {
      this.beforeExit = noListener;
      if (error !== undefined && error !== null) failed(error);
      else complete(result);
    };
    const state = { finished: false };
    const callback = onlyFirst((error, result) => {
      this.beforeExit = noListener;
      if (error !== undefined && error !== null) failed(error);
      else if (!waits) complete(result);
      else this.beforeExit = () => soon(() => complete(result));
    })(state);
    const context = {
      get callbackWaitsForEmptyEventLoop() {
        return waits;
      },
      set callbackWaitsForEmptyEventLoop(value) {
        waits = value;
      },
      succeed: onlyFirst((result) => done(null, result))(state),
      fail: onlyFirst((error) => done(error ?? 'handled'))(state),
      done: onlyFirst(done)(state),
    };
    this.beforeExit = () => {
      completed = true;
      call.answer('null');
    };
    try {
      const result = this.loaded.handler(
        this.event(request),
        this.withEnvironment(context, request),
        callback,
      );
      if (isPromise(result)) {
        result.then(context.succeed, context.fail).catch(context.fail);
      }
    } catch (error) {
      callback(error);
    }
  }

  async stream(request, call) {
    const stream = new ResponseStream(this.loaded.highWaterMark);
    let waits = true;
    const context = {
      get callbackWaitsForEmptyEventLoop() {
        return waits;
      },
      set callbackWaitsForEmptyEventLoop(value) {
        waits = value;
      },
    };
    const fail = (error) => {
      this.beforeExit = noListener;
      logging.logError('Invoke Error', error);
      call.error(error);
    };
    const finished = new Promise((resolve) => stream.on('finish', resolve));
    // Nothing is left to do and the stream is open: Lambda waits for its timeout.
    this.beforeExit = () => setInterval(noListener, 1 << 30);
    try {
      const result = this.loaded.handler(
        this.event(request),
        stream,
        this.withEnvironment(context, request),
      );
      if (!isPromise(result)) {
        fail('Streaming does not support non-async handlers.');
        return;
      }
      if ((await result) !== undefined) console.warn('Streaming handlers ignore return values.');
      await finished;
      const answer = () => {
        this.beforeExit = noListener;
        call.answer(Buffer.concat(stream.chunks));
      };
      if (waits) this.beforeExit = () => soon(answer);
      else answer();
    } catch (error) {
      fail(error);
    }
  }

  withEnvironment(context, request) {
    const { env } = process;
    const { deadline } = request;
    return Object.assign(context, {
      functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
      functionName: env.AWS_LAMBDA_FUNCTION_NAME,
      memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
      clientContext: request.context === '' ? undefined : parse(request.context),
      identity: undefined,
      invokedFunctionArn: this.arn,
      awsRequestId: request.id,
      tenantId: undefined,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
  }
}

module.exports = { Invocations };
