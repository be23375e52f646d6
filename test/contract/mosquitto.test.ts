import { startMosquitto } from '../support/mosquitto.ts';
import { describeBroker } from './broker.contract.ts';

describeBroker(
  'Mosquitto',
  async () => {
    // Publishing to its own `$` topics is refused otherwise.
    const mosquitto = await startMosquitto({ persistence: true });
    return {
      port: mosquitto.port,
      async restart() {
        const { pid } = mosquitto;
        process.kill(pid, 'SIGTERM');
        while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
        await mosquitto.restart();
      },
      stop: () => mosquitto.stop(),
    };
  },
  { sharedSubscriptions: true },
);

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
