/** The WebSocket subprotocol is the value. OCPP-J 1.6 §3.1.2; 2.0.1 and 2.1 part 4 §3.1.2. */
export type OcppVersion = 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1';
