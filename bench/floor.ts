/**
 * The least a gateway in Node can do, to measure ours against on the same machine in the same minutes: it reads each
 * CALL, publishes it with MQTT.js and answers with a constant. Nothing is checked, stored or remembered.
 * `node bench/floor.ts <port> <mqtt port> none|raw|values 0|1`: no MQTT at all, the payload as one message, or a
 * retained message for each sampled value; at QoS 0 or 1.
 */
import { connectAsync, type MqttClient } from 'mqtt';
import { WebSocketServer } from 'ws';

interface SampledValue {
  value: string;
  measurand: string;
  phase?: string;
}

interface MeterValues {
  meterValue: { sampledValue: SampledValue[] }[];
}

const [port = '', mqttPort = '', variant = 'none', qosText = '0'] = process.argv.slice(2);
const qos = qosText === '1' ? 1 : 0;
const now = '"2026-01-01T00:00:00Z"';
const answers: Record<string, string> = {
  BootNotification: `{"currentTime":${now},"interval":300,"status":"Accepted"}`,
};

function publishValues(client: MqttClient, id: string, { meterValue }: MeterValues): void {
  for (const { sampledValue } of meterValue)
    for (const { measurand, phase = 'all', value } of sampledValue)
      client.publish(`floor/${id}/${measurand}/${phase}`, value, { qos, retain: true });
}

const client = variant === 'none' ? null : await connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), perMessageDeflate: false });
server.on('connection', (socket, request) => {
  const id = (request.url ?? '/').slice(1);
  socket.on('message', (data: Buffer) => {
    const [, messageId, action, payload] = JSON.parse(data.toString()) as [
      number,
      string,
      string,
      MeterValues,
    ];
    if (client !== null) {
      if (variant === 'values' && action === 'MeterValues') publishValues(client, id, payload);
      else client.publish(`floor/${id}/raw`, JSON.stringify(payload), { qos });
    }
    socket.send(`[3,"${messageId}",${answers[action] ?? '{}'}]`);
  });
});
process.on('SIGTERM', () => process.exit(0));
