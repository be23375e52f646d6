import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { createLog, type LogLine, type LogOptions, type RootLog } from './log.ts';

const noon = Date.UTC(2026, 10, 22, 10, 15, 0, 250);

function logTo(options: Partial<LogOptions> & { isTTY?: boolean } = {}): { log: RootLog; lines: string[] } {
  const lines: string[] = [];
  const output = { write: (text: string) => lines.push(text), isTTY: options.isTTY ?? false };
  const log = createLog({ level: 'info', format: 'text', output, now: () => noon, ...options });
  return { log, lines };
}

suite('a line for people', () => {
  test('is time, level, message and fields', () => {
    const { log, lines } = logTo();
    log.info({ station: 'charger1', evse: 1, name: 'left wall', note: '' }, 'station joined');
    assert.deepEqual(lines, [
      '2026-11-22T10:15:00Z INFO  station joined station=charger1 evse=1 name="left wall" note=""\n',
    ]);
  });

  test('has colours on a terminal only', () => {
    const { log, lines } = logTo({ isTTY: true });
    log.warn({ n: 1 }, 'look');
    assert.equal(
      lines[0],
      '\u001b[90m2026-11-22T10:15:00Z\u001b[0m \u001b[33mWARN \u001b[0m look \u001b[90mn=\u001b[0m1\n',
    );
  });

  test('stays one line whatever a station says', () => {
    const { log, lines } = logTo();
    log.info({ vendor: 'A\nB' }, 'boot\r\n2026-11-22T10:15:00Z INFO  forged');
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.match(/\n/g)?.length, 1);
  });

  test('says what an error says and where it comes from', () => {
    const { log, lines } = logTo();
    log.error({ err: new Error('no room') }, 'store failed');
    assert.match(lines[0] ?? '', /ERROR store failed err="no room" at=file:\/\/\S+log\.test\.ts:\d+:\d+\n$/);
  });

  test('takes percent signs and objects as they are', () => {
    const { log, lines } = logTo();
    log.info({ soc: { value: 80 } }, '80 %d %s %o');
    assert.equal(lines[0], '2026-11-22T10:15:00Z INFO  80 %d %s %o soc={"value":80}\n');
  });
});

test('a JSON line has the same, with milliseconds and the stack', () => {
  const { log, lines } = logTo({ format: 'json' });
  log.child({ part: 'mqtt' }).error({ err: new TypeError('bad') }, 'failed');
  const line = JSON.parse(lines[0] ?? '');
  assert.equal(line.time, '2026-11-22T10:15:00.250Z');
  assert.equal(line.level, 'error');
  assert.equal(line.part, 'mqtt');
  assert.equal(line.message, 'failed');
  assert.equal(line.err.type, 'TypeError');
  assert.match(line.err.stack, /log\.test\.ts/);
});

test('a field cannot pass for the time, the level or the message of its line', () => {
  const { log, lines } = logTo({ format: 'json' });
  log.info({ time: 'never', level: 'fatal', message: 'other' }, 'this one');
  const { time, level, message, time_, level_, message_ } = JSON.parse(lines[0] ?? '');
  assert.deepEqual([time, level, message], ['2026-11-22T10:15:00.250Z', 'info', 'this one']);
  assert.deepEqual([time_, level_, message_], ['never', 'fatal', 'other']);
});

test('secrets in fields, children and messages are masked', () => {
  for (const format of ['text', 'json'] as const) {
    const { log, lines } = logTo({ format });
    const key = { key: 'AuthorizationKey', value: 's3cret' };
    log
      .child({ password: 's3cret' })
      .info({ deep: [{ MQTT_PASSWORD: 's3cret' }], key }, 'mqtt://me:s3cret@broker');
    log.error({ err: new Error('ws://me:s3cret@host refused') }, 'failed');
    assert.equal(lines.length, 2);
    assert.ok(!lines.join('').includes('s3cret'), lines.join(''));
  }
});

suite('the level', () => {
  test('holds back what is below it', () => {
    const { log, lines } = logTo({ level: 'warn' });
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) log[level]({}, level);
    assert.deepEqual(
      lines.map((line) => line.split(/ +/)[1]),
      ['WARN', 'ERROR', 'FATAL'],
    );
  });

  test('changes at run time, for the children too', () => {
    const { log, lines } = logTo();
    const child = log.child({ part: 'mqtt' });
    child.debug({}, 'before');
    log.level = 'debug';
    child.debug({}, 'after');
    assert.deepEqual(lines, ['2026-11-22T10:15:00Z DEBUG after part=mqtt\n']);
    assert.equal(log.level, 'debug');
  });
});

suite('a listener', () => {
  test('is told lines from its level on, masked, until it leaves', () => {
    const { log } = logTo();
    const told: LogLine[] = [];
    const leave = log.onLine('warn', (line) => told.push(line));
    log.info({}, 'not this');
    log.warn({ password: 'x' }, 'this');
    leave();
    log.warn({}, 'no more');
    assert.deepEqual(told, [
      { level: 'warn', time: '2026-11-22T10:15:00.250Z', password: '***', message: 'this' },
    ]);
  });

  test('that logs is not told what it says', () => {
    const { log, lines } = logTo();
    let times = 0;
    log.onLine('info', () => {
      times += 1;
      log.info({}, 'from the listener');
    });
    log.info({}, 'once');
    assert.equal(times, 1);
    assert.equal(lines.length, 2);
  });
});

test('the log file gets the lines without colours', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  try {
    const path = join(folder, 'logs', 'gateway.log');
    const { log } = logTo({ isTTY: true, file: { path, maxSize: 0, backupCount: 5 } });
    log.info({}, 'hello');
    log.close();
    assert.equal(readFileSync(path, 'utf8'), '2026-11-22T10:15:00Z INFO  hello\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a log file that cannot be written is said once, and the log goes on', () => {
  const { log, lines } = logTo({ file: { path: '/dev/null/gateway.log', maxSize: 0, backupCount: 5 } });
  log.info({}, 'one');
  log.info({}, 'two');
  assert.deepEqual(
    lines.map((line) => line.split(/ {1,2}/)[1]),
    ['INFO', 'WARN', 'INFO'],
  );
  assert.match(
    lines[1] ?? '',
    /the log file cannot be written file=\/dev\/null\/gateway\.log|the log file cannot be written err=/,
  );
});
