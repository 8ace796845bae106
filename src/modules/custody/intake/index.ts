export { epcisDocuments } from './documents.ts';
export { makeGroupCommit } from './group-commit.ts';
export { type MqttOptions, type MqttServer, startMqtt } from './mqtt.ts';
