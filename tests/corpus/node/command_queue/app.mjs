import { spawnSync } from 'node:child_process';

function run(job) {
  spawnSync(`true --label '${job.label}'`, { shell: true });
}

function runSafely(job) {
  spawnSync('true', ['--label', String(job.label).replaceAll('\0', '')]);
}

const serve = (work) => async (event) => {
  for (const record of event.Records) {
    const job = JSON.parse(record.body);
    if (['archive', 'restore'].includes(job.action)) work(job);
  }
  return { batchItemFailures: [] };
};

export const vulnerable = serve(run);
export const safe = serve(runSafely);
