/** MQTT 5 §2.4: 0x80 and above are failures. */
export function isRefusal(reasonCode: number): boolean {
  return reasonCode >= 0x80;
}
