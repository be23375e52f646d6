import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { GatewayError } from '../errors.ts';
import { type ConfigInput, type LoadedConfig, loadConfig } from './load.ts';

interface Given extends Partial<Pick<ConfigInput, 'flags' | 'env'>> {
  dotenv?: string;
  yaml?: string;
  files?: Record<string, string>;
}

function load({ dotenv, yaml, files, flags = {}, env = {} }: Given): LoadedConfig {
  const cwd = '/home/gateway';
  const there = new Map(
    Object.entries({ '.env': dotenv, 'ocpp2mqtt.yaml': yaml, ...files }).map(([name, text]) => [
      join(cwd, name),
      text,
    ]),
  );
  return loadConfig({ flags, env, cwd, readFile: (path) => there.get(path) });
}

function refusalOf(given: Given): { code: string; lines: string[] } {
  try {
    load(given);
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    return { code: error.code, lines: error.message.split('\n') };
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}

suite('the earlier program', () => {
  const sample = `MQTT_PORT=1883
MQTT_HOSTNAME=xxx.xxx.xxx.xxx
MQTT_BASEPATH='ocpp/charger1'
MQTT_USERNAME=johnny
MQTT_PASSWORD=mypassword
LISTEN_PORT=3000
LISTEN_ADDR=0.0.0.0
AUTHORIZED_TAG_ID_LIST='["johnny-car","uc_default_auth"]'
`;

  test('its sample works word for word', () => {
    const { config, warnings, notes } = load({ dotenv: sample });
    const { values } = config;
    assert.equal(values.MQTT_PORT, 1883);
    assert.equal(values.MQTT_HOSTNAME, 'xxx.xxx.xxx.xxx');
    assert.equal(values.MQTT_BASEPATH, 'ocpp/charger1');
    assert.equal(values.MQTT_USERNAME, 'johnny');
    assert.equal(values.MQTT_PASSWORD, 'mypassword');
    assert.equal(values.LISTEN_PORT, 3000);
    assert.equal(values.LISTEN_ADDR, '0.0.0.0');
    assert.deepEqual(values.AUTHORIZED_TAG_ID_LIST, ['johnny-car', 'uc_default_auth']);
    assert.equal(config.sourceOf('MQTT_BASEPATH'), '.env');
    assert.deepEqual([...warnings, ...notes], []);
  });

  test('everything it knew is taken with its spellings', () => {
    const { config, warnings } = load({
      dotenv: `MQTT_USESTATIONNAME=true
MQTT_BASEPATH=ocpp/
MQTT_TRANSPORT=WebSockets
MQTT_WEBSOCKET_PATH=/mqtt
MQTT_WEBSOCKET_HEADERS='{"Sec-WebSocket-Protocol": "mqtt"}'
MQTT_KEEPALIVE=30
MQTT_TIMEOUT=2.5
MQTT_RECONNECT_BASE_DELAY=1
MQTT_RECONNECT_MAX_DELAY=9
MQTT_CLIENT_ID=ocpp2mqtt-charger1
EXPECTED_CHARGE_POINTS='["charger1"]'
OCPP_COMMAND_RETRY_ATTEMPTS=3
OCPP_COMMAND_RETRY_BASE_DELAY=0.5
LOG_LEVEL=Warning
LOG_FILE=logs/gateway.log
LOG_MAX_SIZE=1000
LOG_BACKUP_COUNT=2
`,
    });
    const { values } = config;
    assert.deepEqual(warnings, []);
    assert.equal(values.MQTT_USESTATIONNAME, true);
    assert.equal(values.MQTT_TRANSPORT, 'websockets');
    assert.deepEqual(values.MQTT_WEBSOCKET_HEADERS, { 'Sec-WebSocket-Protocol': 'mqtt' });
    assert.equal(values.MQTT_TIMEOUT, 2.5);
    assert.deepEqual(values.EXPECTED_CHARGE_POINTS, ['charger1']);
    assert.equal(values.OCPP_COMMAND_RETRY_BASE_DELAY, 0.5);
    assert.equal(values.LOG_LEVEL, 'warn');
  });

  test('its defaults are ours', () => {
    const { values } = load({}).config;
    assert.equal(values.LISTEN_ADDR, '0.0.0.0');
    assert.equal(values.LISTEN_PORT, 3000);
    assert.equal(values.MQTT_PORT, 1883);
    assert.equal(values.MQTT_TRANSPORT, 'tcp');
    assert.equal(values.MQTT_KEEPALIVE, 60);
    assert.equal(values.MQTT_TIMEOUT, 30);
    assert.equal(values.MQTT_RECONNECT_BASE_DELAY, 5);
    assert.equal(values.MQTT_RECONNECT_MAX_DELAY, 60);
    assert.equal(values.OCPP_COMMAND_RETRY_ATTEMPTS, 5);
    assert.equal(values.OCPP_COMMAND_RETRY_BASE_DELAY, 0.3);
    assert.equal(values.LOG_MAX_SIZE, 10_485_760);
    assert.equal(values.LOG_BACKUP_COUNT, 5);
    assert.equal(values.AUTHORIZED_TAG_ID_LIST, undefined);
  });

  test('where it warned and went on, so do we', () => {
    const { config, warnings } = load({
      dotenv:
        'MQTT_TRANSPORT=carrier-pigeon\nEXPECTED_CHARGE_POINTS=charger1\nMQTT_WEBSOCKET_HEADERS={"X-Key":',
    });
    assert.deepEqual(warnings.sort(), [
      'EXPECTED_CHARGE_POINTS=charger1 (.env line 2): must be a JSON array of texts, such as ["charger1"]; using []',
      'MQTT_TRANSPORT=carrier-pigeon (.env line 1): must be tcp, websockets or unix; using "tcp"',
      'MQTT_WEBSOCKET_HEADERS=*** (.env line 3): must be a JSON object of texts, such as {"X-Key": "abc"}; using {}',
    ]);
    assert.equal(config.values.MQTT_TRANSPORT, 'tcp');
    assert.deepEqual(config.values.EXPECTED_CHARGE_POINTS, []);
    assert.deepEqual(config.values.MQTT_WEBSOCKET_HEADERS, {});
    assert.equal(config.sourceOf('MQTT_TRANSPORT'), 'default');
  });

  test('its log formats are accepted with a line at start', () => {
    const { config, warnings, notes } = load({
      env: { LOG_FORMAT: '%(asctime)s - %(message)s', LOG_DATE_FORMAT: '%Y-%m-%d %H:%M:%S' },
    });
    assert.equal(config.values.LOG_FORMAT, 'text');
    assert.deepEqual(warnings, []);
    assert.deepEqual(notes, [
      'LOG_FORMAT=%(asctime)s - %(message)s (environment): accepted and not used; LOG_FORMAT is text or json now',
      'LOG_DATE_FORMAT=%Y-%m-%d %H:%M:%S (environment): accepted and not used; times are ISO 8601 in UTC now',
    ]);
  });

  test('only the exact text true joins base and station name', () => {
    const { config, warnings } = load({ dotenv: 'MQTT_USESTATIONNAME=True' });
    assert.equal(config.values.MQTT_USESTATIONNAME, false);
    assert.deepEqual(warnings, [
      'MQTT_USESTATIONNAME=True (.env line 1): off, because only the exact text true switches it on',
    ]);
  });

  test('a base without a slash before the station name is noted, one with a slash is not', () => {
    const env = { MQTT_USESTATIONNAME: 'true' };
    assert.deepEqual(load({ env: { ...env, MQTT_BASEPATH: 'ocpp/' } }).notes, []);
    assert.deepEqual(load({ env: { ...env, MQTT_BASEPATH: 'home' } }).notes, [
      'MQTT_BASEPATH=home and the name of a station are joined as they stand (homecharger1); ' +
        'MQTT_BASEPATH=home/ would give home/charger1',
    ]);
  });
});

suite('precedence', () => {
  const layers = [
    { yaml: 'mqtt_port: 2' },
    { dotenv: 'MQTT_PORT=3' },
    { env: { MQTT_PORT: '4' } },
    { flags: { MQTT_PORT: '5' } },
  ];

  test('defaults, then yaml, .env, environment and flags', () => {
    const seen = layers.map((_, count) => {
      const { config } = load(Object.assign({}, ...layers.slice(0, count + 1)));
      return [config.values.MQTT_PORT, config.sourceOf('MQTT_PORT'), config.whereOf('MQTT_PORT')];
    });
    assert.deepEqual(seen, [
      [2, 'yaml', 'ocpp2mqtt.yaml mqtt_port'],
      [3, '.env', '.env line 1'],
      [4, 'environment', 'environment'],
      [5, 'flag', 'command line --mqtt-port'],
    ]);
    assert.equal(load({}).config.sourceOf('MQTT_PORT'), 'default');
  });

  test('an empty value is an unset one and lets the source below it through', () => {
    const { config } = load({
      yaml: 'mqtt_port: 2\nmqtt_hostname:',
      dotenv: 'MQTT_PORT=\nMQTT_USERNAME=',
      env: { MQTT_PORT: ' ' },
      flags: { MQTT_PORT: '' },
    });
    assert.equal(config.values.MQTT_PORT, 2);
    assert.equal(config.values.MQTT_USERNAME, undefined);
    assert.equal(config.values.MQTT_HOSTNAME, undefined);
    assert.equal(config.sourceOf('MQTT_USERNAME'), 'default');
  });

  test('the yaml file is in the working folder, else in DATA_DIR, or where CONFIG_FILE says', () => {
    const files = {
      'data/ocpp2mqtt.yaml': 'mqtt_port: 1',
      '/srv/ocpp2mqtt.yaml': 'mqtt_port: 2',
      'my.yaml': 'mqtt_port: 3',
    };
    const absolute = { ...files, '../../srv/ocpp2mqtt.yaml': 'mqtt_port: 2' };
    assert.equal(load({ files }).config.values.MQTT_PORT, 1);
    assert.equal(load({ files: absolute, env: { DATA_DIR: '/srv' } }).config.values.MQTT_PORT, 2);
    assert.equal(load({ files, dotenv: 'CONFIG_FILE=my.yaml' }).config.values.MQTT_PORT, 3);
    assert.equal(load({ files, yaml: 'mqtt_port: 4' }).config.values.MQTT_PORT, 4);
  });
});

suite('the yaml file', () => {
  test('takes scalars, lists and maps', () => {
    const { values } = load({
      yaml: `# settings
mqtt_password: 0123
mqtt_websocket_headers: { X-Key: 1 }
authorized_tag_id_list: [johnny-car, 0123]
delegate: [Authorize]
raw_frames: on
price_per_kwh: 0.31
`,
    }).config;
    assert.equal(values.MQTT_PASSWORD, '0123');
    assert.deepEqual(values.MQTT_WEBSOCKET_HEADERS, { 'X-Key': '1' });
    assert.deepEqual(values.AUTHORIZED_TAG_ID_LIST, ['johnny-car', '0123']);
    assert.deepEqual(values.DELEGATE, ['Authorize']);
    assert.equal(values.RAW_FRAMES, true);
    assert.equal(values.PRICE_PER_KWH, 0.31);
  });

  test('with a key nobody knows is refused with the nearest known one', () => {
    assert.deepEqual(refusalOf({ yaml: 'mqtt_hostnam: x' }), {
      code: 'config_unknown',
      lines: ['ocpp2mqtt.yaml: unknown key mqtt_hostnam, did you mean mqtt_hostname?'],
    });
    assert.equal(refusalOf({ yaml: 'config_file: other.yaml' }).code, 'config_unknown');
  });

  test('that is no yaml, or no map, is refused in one line', () => {
    assert.deepEqual(refusalOf({ yaml: 'a: 1\n  b: 2' }).lines, [
      'ocpp2mqtt.yaml: not readable as yaml: Nested mappings are not allowed in compact mappings at line 1, column 4',
    ]);
    assert.deepEqual(refusalOf({ yaml: '- mqtt_port' }).lines, [
      'ocpp2mqtt.yaml: must hold lines such as mqtt_hostname: 10.0.0.2',
    ]);
  });

  test('may be empty', () => {
    assert.equal(load({ yaml: '# nothing yet\n' }).config.values.MQTT_PORT, 1883);
  });
});

test('a name of .env that nobody knows is a warning when it looks like ours', () => {
  const { warnings } = load({ dotenv: 'OTHER=1\nMQTT_HOSTNAM=x\nOCPP_JION=open\n=nonsense' });
  assert.deepEqual(warnings, [
    '.env line 4: not readable, ignored',
    '.env line 2: unknown name MQTT_HOSTNAM, did you mean MQTT_HOSTNAME?',
    '.env line 3: unknown name OCPP_JION, did you mean OCPP_JOIN?',
  ]);
});

suite('a wrong value is one line: option, value, where it was set, what is allowed', () => {
  for (const [given, line] of [
    [{ env: { MQTT_PORT: 'abc' } }, 'MQTT_PORT=abc (environment): must be a whole number from 1 to 65535'],
    [
      { dotenv: '\nLISTEN_PORT=70000' },
      'LISTEN_PORT=70000 (.env line 2): must be a whole number from 0 to 65535',
    ],
    [{ yaml: 'raw_frames: maybe' }, 'RAW_FRAMES=maybe (ocpp2mqtt.yaml raw_frames): must be true or false'],
    [
      { flags: { AUTHORIZATION: 'all' } },
      'AUTHORIZATION=all (command line --authorization): must be list, open, external or closed',
    ],
    [{ env: { ASK_TIMEOUT: '0' } }, 'ASK_TIMEOUT=0 (environment): must be a number above 0 and at most 300'],
    [{ env: { PRICE_PER_KWH: '-1' } }, 'PRICE_PER_KWH=-1 (environment): must be a number of at least 0'],
    [{ env: { RETENTION_DAYS: '0' } }, 'RETENTION_DAYS=0 (environment): must be a number above 0'],
    [
      { env: { AUTHORIZED_TAG_ID_LIST: 'johnny' } },
      'AUTHORIZED_TAG_ID_LIST=johnny (environment): must be a JSON array of texts, such as ["04A3B2C1"]',
    ],
    [
      { yaml: 'mqtt_port: [1]' },
      'MQTT_PORT=["1"] (ocpp2mqtt.yaml mqtt_port): must be a whole number from 1 to 65535',
    ],
    [
      { env: { MQTT_URL: 'http://me:secret@broker' } },
      'MQTT_URL=http://***@broker (environment): must be an address such as mqtt://10.0.0.2:1883, with mqtt, mqtts, ws or wss',
    ],
    [
      { env: { MQTT_BASEPATH: 'ocpp/#' } },
      'MQTT_BASEPATH=ocpp/# (environment): must be a topic without + and #',
    ],
    [
      { env: { CURRENCY: 'euro' } },
      'CURRENCY=euro (environment): must be a code of three capital letters, such as EUR (ISO 4217)',
    ],
    [{ env: { MQTT_CERT: 'a.pem' } }, 'MQTT_CERT=a.pem (environment): must come together with MQTT_KEY'],
    [{ env: { MQTT_KEY: 'a.pem' } }, 'MQTT_KEY=a.pem (environment): must come together with MQTT_CERT'],
    [
      { env: { MQTT_TRANSPORT: 'unix' } },
      'MQTT_TRANSPORT=unix (environment): must come together with MQTT_HOSTNAME, the path of the socket',
    ],
    [
      { env: { CONFIG_FILE: 'none.yaml' } },
      'CONFIG_FILE=none.yaml (environment): must be a file, and there is none',
    ],
  ] as const satisfies readonly (readonly [Given, string])[]) {
    test(line, () => assert.deepEqual(refusalOf(given), { code: 'config_invalid', lines: [line] }));
  }

  test('several are a line each', () => {
    const { lines } = refusalOf({ env: { MQTT_PORT: 'abc', MQTT_KEEPALIVE: 'x' } });
    assert.equal(lines.length, 2);
  });

  test('a broker address needs a host and readable user info', () => {
    for (const url of ['mqtt://', 'mqtt://:1883', 'mqtt://a%b@host', 'mqtt://host:port', 'host:1883']) {
      assert.equal(refusalOf({ env: { MQTT_URL: url } }).code, 'config_invalid', url);
    }
    for (const url of ['mqtt://host', 'mqtts://u:p%40@host:8883', 'ws://[::1]:9001/path', 'wss://host']) {
      assert.equal(load({ env: { MQTT_URL: url } }).config.values.MQTT_URL, url);
    }
  });
});

test('another database has an error of its own, without its password', () => {
  assert.deepEqual(refusalOf({ env: { DATABASE_URL: 'postgres://me:secret@db/ocpp' } }), {
    code: 'database_url',
    lines: [
      'DATABASE_URL=postgres://***@db/ocpp (environment): this version has no driver for it; ' +
        'leave it unset to use SQLite in DATA_DIR',
    ],
  });
});
