import {
  atLeast,
  blocks,
  type Fields,
  flag,
  list,
  map,
  matching,
  number,
  object,
  oneOf,
  set,
  text,
} from "../schema/field";

const replaces = true;
const replacesHere = true;
const dropReplaces = true;
const computed = true;
const required = true;

const texts = (options = {}) => set(text(), options);
const rates = () =>
  blocks({ path: text({ required: true }), rate: number({ required: true }) }, { replacesHere });

/** The limits, devices and rights of a container on its host. */
export const hostFields: Fields = {
  cgroupParent: text({ replaces }),
  cgroupnsMode: text({ replaces, validate: oneOf("private", "host") }),
  cpuPeriod: number({ dropReplaces, validate: atLeast(0) }),
  cpuQuota: number({ dropReplaces, validate: atLeast(-1) }),
  cpuSet: text({ dropReplaces, validate: matching(/^\d+([,-]\d+)*$/, 'CPU numbers such as "0-1" or "0,2"') }),
  cpuShares: number({ dropReplaces, validate: atLeast(0) }),
  cpus: text({ replaces, validate: matching(/^\d+(\.\d+)?$/, 'a number of CPUs such as "1.5"') }),
  memory: number({ dropReplaces, validate: atLeast(0) }),
  memoryReservation: number({ dropReplaces, validate: atLeast(0), unset: 0 }),
  memorySwap: number({ validate: atLeast(-1) }),
  shmSize: number({ computed, replaces, validate: atLeast(0) }),
  storageOpts: map({ replaces }),
  sysctls: map({ replaces }),
  tmpfs: map({ replacesHere }),
  ulimits: blocks(
    { name: text({ required }), soft: number({ required }), hard: number({ required }) },
    { replaces },
  ),
  capabilities: object({ adds: texts(), drops: texts() }, { replaces }),
  privileged: flag({ replaces }),
  securityOpts: texts({ computed, replaces }),
  groupAdds: texts({ replaces }),
  usernsMode: text({ replaces }),
  pidMode: text({ replaces }),
  ipcMode: text({ computed, replaces }),
  runtime: text({ computed, replaces }),
  readOnly: flag({ replaces, unset: false }),
  init: flag({ computed, replacesHere }),
  deviceReadBps: rates(),
  deviceReadIops: rates(),
  deviceWriteBps: rates(),
  deviceWriteIops: rates(),
  deviceRequests: blocks(
    { driver: text(), count: number(), deviceIds: list(text()), capabilities: list(text()), options: map() },
    { replaces },
  ),
  devices: blocks(
    { hostPath: text({ required }), containerPath: text({ computed }), permissions: text({ computed }) },
    { replaces },
  ),
  gpus: text({
    replaces,
    validate: matching(/^(all|device=[^,]+(,[^,]+)*)$/, '"all" or "device=ID[,ID...]"'),
  }),
};
