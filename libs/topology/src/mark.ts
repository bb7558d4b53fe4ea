/**
 * What each attribute is to the local stack: `behaviour` is emulated or refused; `protection` matters on AWS only, is
 * recorded and shown as "AWS only" locally and left out of parity by this mark alone; by an `observation` the local stack
 * shows what passes, and AWS hears nothing of it. An attribute without a mark does not compile.
 */
import { type Kind, type ResourceOf } from './model.js';

export type Mark = 'behaviour' | 'protection' | 'observation';

type MarksOf<K extends Kind> = { readonly [A in Exclude<keyof ResourceOf<K>, 'kind' | 'name'>]: Mark };

const marks: { readonly [K in Kind]: MarksOf<K> } = {
  table: {
    partitionKey: 'behaviour',
    sortKey: 'behaviour',
    indexes: 'behaviour',
    streamView: 'behaviour',
    expiry: 'behaviour',
    requestId: 'observation',
    pointInTimeRecovery: 'protection',
    encryption: 'protection',
    deletionProtection: 'protection',
  },
  topic: { encryption: 'protection' },
  queue: {
    fifo: 'behaviour',
    visibilityTimeout: 'behaviour',
    retention: 'behaviour',
    deadLetters: 'behaviour',
    encryption: 'protection',
    developmentOnly: 'behaviour',
  },
  subscription: { topic: 'behaviour', queue: 'behaviour', raw: 'behaviour', developmentOnly: 'behaviour' },
  'user-pool': {
    groups: 'behaviour',
    attributes: 'behaviour',
    passwordPolicy: 'behaviour',
    tokenValidity: 'behaviour',
    refreshValidity: 'behaviour',
    deletionProtection: 'protection',
  },
  function: {
    protocol: 'behaviour',
    entry: 'behaviour',
    memory: 'behaviour',
    timeout: 'behaviour',
    environment: 'behaviour',
    grants: 'behaviour',
    tracing: 'protection',
    logRetention: 'protection',
  },
  'rest-api': {
    routes: 'behaviour',
    authorizer: 'behaviour',
    problems: 'behaviour',
    tracing: 'protection',
    accessLogRetention: 'protection',
  },
  pipe: {
    source: 'behaviour',
    startingPosition: 'behaviour',
    filters: 'behaviour',
    batchSize: 'behaviour',
    window: 'behaviour',
    retries: 'behaviour',
    maxAge: 'behaviour',
    onPartialFailure: 'behaviour',
    parallelizationFactor: 'behaviour',
    deadLetters: 'behaviour',
    target: 'behaviour',
    logLevel: 'behaviour',
  },
  'metric-filter': { function: 'behaviour', pattern: 'behaviour', value: 'behaviour', defaultValue: 'behaviour' },
  alarm: {
    description: 'behaviour',
    metric: 'behaviour',
    statistic: 'behaviour',
    period: 'behaviour',
    evaluationPeriods: 'behaviour',
    datapointsToAlarm: 'behaviour',
    comparison: 'behaviour',
    threshold: 'behaviour',
    missingData: 'behaviour',
    actions: 'behaviour',
  },
  'queue-consumer': {
    queue: 'behaviour',
    target: 'behaviour',
    batchSize: 'behaviour',
    window: 'behaviour',
    maxConcurrency: 'behaviour',
  },
};

/** The attributes of a kind that matter on AWS only. */
export const protections = (kind: Kind): string[] => marked(kind, 'protection');

/** The attributes of a kind that every runtime behaves by. */
export const behaviours = (kind: Kind): string[] => marked(kind, 'behaviour');

const marked = (kind: Kind, wanted: Mark): string[] =>
  Object.entries(marks[kind]).flatMap(([attribute, mark]) => (mark === wanted ? [attribute] : []));
