/** What a deployment is told beside the topology: where it goes, what it may cost and what it must keep. */
import * as z from 'zod';
import { areOrigins, CORS_ORIGINS_FORM, originsIn } from '../../../libs/shared/src/cors-origins.js';
import { isDomainName } from '../check/domain-name.js';

const STAGES = ['dev', 'staging', 'prod'] as const;

/** Synthesizes, and is never deployed to. */
const NO_ACCOUNT = '000000000000';
const NO_CONNECTION = 'connection/00000000-0000-0000-0000-000000000000';

/** Where the settings are unless another file stands for it. */
export const STAGES_FILE = 'cdktf/src/config/stages.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const RETENTIONS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const oneOf = <const V extends readonly [string, ...string[]]>(values: V) =>
  z.enum(values, { error: ({ input }) => `${said(input)}; choose ${values.join(' or ')}` });

/** Whether CloudWatch can keep logs for so many days. */
export const isRetention = (days: number): boolean => RETENTIONS.includes(days);

/** Of AWS's commercial partition: ARNs of China and GovCloud are written otherwise, and are not written here. */
const REGIONS = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1', 'mx-central-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
  ...['af-south-1', 'ap-east-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-south-2'],
  ...['ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-7'],
  ...['il-central-1', 'me-central-1', 'me-south-1'],
] as const;

const matching = (pattern: RegExp, fix: string) =>
  z.string({ error: refused(fix) }).regex(pattern, { error: refused(fix) });

const within = (min: number, max: number, fix: string) =>
  z
    .number({ error: refused(fix) })
    .int({ error: refused(fix) })
    .min(min, { error: refused(fix) })
    .max(max, { error: refused(fix) });

function refused(fix: string): (issue: { input?: unknown }) => string {
  return ({ input }) => `${said(input)}; ${fix}`;
}

const said = (input: unknown): string => (input === undefined ? 'is missing' : `is ${JSON.stringify(input)}`);

const DOMAIN_FIX =
  'give a full domain name in lower case, without a wildcard and of up to 64 characters, such as api.example.com';

const domainSchema = z.strictObject(
  {
    /** The API's own name, such as `api.example.com`; no longer than the first name of a certificate may be. */
    name: z
      .string({ error: refused(DOMAIN_FIX) })
      .refine((name) => isDomainName(name) && name === name.toLowerCase(), { error: refused(DOMAIN_FIX) }),
    /** Of the Route 53 zone that the name is in. */
    zoneId: matching(/^Z[A-Z0-9]{1,31}$/, 'give the hosted zone’s id as Route 53 shows it, such as Z0123456789ABC'),
  },
  { error: refused('give name and zoneId') },
);

const CONNECTION =
  /^arn:aws:(?:codeconnections|codestar-connections):[a-z0-9-]+:(?<account>\d{12}):connection\/[0-9a-f-]{36}$/;

const pipelineSchema = z.strictObject(
  {
    /** Made and authorized once by hand in the console: it is a person who lets AWS read the repository. */
    connectionArn: matching(
      CONNECTION,
      'give the ARN of an authorized connection (console: Developer Tools, Connections)',
    ),
    repository: matching(/^[\w.-]+\/[\w.-]+$/, 'give owner/name of the repository'),
    branch: matching(/^[\w./-]+$/, 'give the branch that is deployed, such as main'),
  },
  { error: refused('give connectionArn, repository and branch') },
);

const settingsSchema = z.strictObject({
  region: z.enum(REGIONS, {
    error: ({ input }) => `${said(input)}; give the code of a commercial region, such as us-east-1 or eu-west-1`,
  }),
  /** Credentials of any other account are refused. */
  account: matching(/^\d{12}$/, 'give the twelve digits of the account, as text'),
  authMode: oneOf(['jwt', 'open']).default('jwt'),
  /** Comma separated origins that browsers may call from, `*`, or empty for none, which is the default where people sign in. */
  corsOrigins: z
    .string({ error: refused(`give ${CORS_ORIGINS_FORM}`) })
    // The functions' own rule: what they would refuse at their first request is refused before a deployment.
    .refine(areOrigins, { error: refused(`give ${CORS_ORIGINS_FORM}`) })
    // As the gateway compares them.
    .transform((list) => originsIn(list).join(','))
    .optional(),
  logLevel: oneOf(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  /** Told of every alarm, after a confirmation by mail. */
  alarmEmail: matching(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'give an address that somebody reads').optional(),
  /** Days, of all logs; without it each log is kept as the topology says. */
  logRetention: z
    .number({ error: refused('give days') })
    .refine(isRetention, {
      error: refused(`CloudWatch keeps logs for ${RETENTIONS.join(', ')} days`),
    })
    .optional(),
  /** `own-key` makes one customer managed key for everything that holds data; `aws-owned` costs nothing. */
  encryption: oneOf(['own-key', 'aws-owned']).default('aws-owned'),
  domain: domainSchema.optional(),
  /** Whether tables and user pools refuse to be deleted; on for prod unless told. To tear prod down: off, deploy, destroy. */
  protection: z.boolean({ error: refused('give true or false') }).optional(),
  /** Of the whole API: requests a second, and how many above that at once. */
  throttling: z
    .strictObject(
      {
        rate: within(1, 10_000, 'give requests a second from 1 to 10000'),
        burst: within(1, 5_000, 'give requests from 1 to 5000'),
      },
      { error: refused('give rate and burst') },
    )
    .default({ rate: 100, burst: 200 }),
  /** Milliseconds that the slowest twentieth of requests may take for five minutes before the alarm goes off. */
  latencyAlarm: within(50, 29_000, 'give milliseconds from 50 to 29000').default(3000),
  /** Whether the API counts each method of each route by itself; on for prod unless told. Each in use costs 1.50 USD a month. */
  detailedMetrics: z.boolean({ error: refused('give true or false') }).optional(),
  /** The most instances of each function; undefined leaves them to the account's limit. */
  reservedConcurrency: within(1, 1_000, 'give a number of instances from 1 to 1000').optional(),
  /** A WAF with AWS's common rules and a limit for each address, from about 8 USD a month. */
  firewall: z.boolean({ error: refused('give true or false') }).default(false),
  /** USD; the alarm address is told at 80 % and of a forecast above it. */
  monthlyBudget: within(1, 1_000_000, 'give whole dollars').optional(),
  pipeline: pipelineSchema.optional(),
});

/** The settings of a stage, and where they are from. */
export interface Settings {
  readonly config: DeployConfig;
  readonly file: string;
  /** Whether a file of one's own stands for config/stages.ts. */
  readonly isFromFile: boolean;
}

/** What stages.ts says of a stage; what has a default may be left out. */
export type StageSettings = z.input<typeof settingsSchema>;
export type DeployStage = (typeof STAGES)[number];
export type PipelineSettings = z.output<typeof pipelineSchema>;
export type DomainSettings = z.output<typeof domainSchema>;

/** Checked settings of one stage. */
export type DeployConfig = z.output<typeof settingsSchema> & {
  readonly stage: DeployStage;
  readonly corsOrigins: string;
  readonly protection: boolean;
  readonly detailedMetrics: boolean;
};

/** Settings that cannot be deployed; the message names every mistake and its way out. */
export class DeployConfigError extends Error {
  override readonly name = 'DeployConfigError';

  /** @param file that the mistakes are in, where they do not name it */
  constructor(stage: string, mistakes: readonly string[], file?: string) {
    const where = file === undefined ? '' : ` as it stands in ${file}`;
    super(`Stage "${stage}" cannot be deployed${where}:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
  }
}

/**
 * Checks the settings of a stage, all at once.
 * @param stages by name; what stands there need not be well-formed
 * @param file that they are from
 * @throws DeployConfigError
 */
export function readDeployConfig(
  stage: string,
  stages: Readonly<Record<string, unknown>>,
  file = STAGES_FILE,
): DeployConfig {
  const settings = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  const known = STAGES.find((name) => name === stage);
  if (known === undefined) throw new DeployConfigError(stage, [`it is no stage; choose ${STAGES.join(', ')}`]);
  if (settings === undefined) throw new DeployConfigError(stage, [`it has no settings; add them to ${file}`]);
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new DeployConfigError(stage, [`its settings are ${JSON.stringify(settings)}; give an object of them`]);
  const { data, error } = settingsSchema.safeParse(settings);
  const mistakes = [...(error?.issues ?? []).map(wordOf), ...contradictions(known, settings)];
  if (data === undefined || mistakes.length > 0) throw new DeployConfigError(stage, mistakes);
  return {
    stage: known,
    ...data,
    corsOrigins: data.corsOrigins ?? (data.authMode === 'open' ? '*' : ''),
    protection: data.protection ?? known === 'prod',
    detailedMetrics: data.detailedMetrics ?? known === 'prod',
  };
}

/** @throws DeployConfigError where an example's value stands for one's own */
export function mustBeDeployable({ config, file }: Pick<Settings, 'config' | 'file'>): void {
  const { stage, account, alarmEmail, pipeline } = config;
  const mistakes = [
    ...(account === NO_ACCOUNT ? ['account is the example’s; give your own'] : []),
    ...(alarmEmail?.endsWith('@example.com') ? ['alarmEmail is the example’s; give one that somebody reads'] : []),
    ...(pipeline?.connectionArn.endsWith(NO_CONNECTION)
      ? ['pipeline.connectionArn is the example’s; give your own, or take pipeline out']
      : []),
    ...(pipeline?.repository.startsWith('example/')
      ? ['pipeline.repository is the example’s; give your own, or take pipeline out']
      : []),
  ];
  if (mistakes.length > 0) throw new DeployConfigError(stage, mistakes, file);
}

const wordOf = ({ path, message, code, ...issue }: z.core.$ZodIssue): string =>
  code === 'unrecognized_keys'
    ? unknownSettings(((issue as { keys?: string[] }).keys ?? []).map((key) => [...path, key].join('.')))
    : `${path.join('.')} ${message}`;

const unknownSettings = (names: readonly string[]): string =>
  names.length === 1
    ? `${names.join()} is no setting; take it out, or look for a misspelling`
    : `${names.join(', ')} are no settings; take them out, or look for misspellings`;

/** What one setting demands of another, told also where a third is malformed. */
function contradictions(stage: DeployStage, settings: unknown): string[] {
  const { account, authMode, encryption, alarmEmail, monthlyBudget, pipeline } = fieldsOf(settings);
  const mistakes: string[] = [];
  if (authMode === 'open' && stage !== 'dev')
    mistakes.push('authMode is open, and anybody could read and change everything; set it to jwt (open is for dev)');
  if (stage === 'prod' && encryption !== 'own-key')
    mistakes.push('encryption of prod must be own-key, so that access to the data can be revoked and is logged');
  if (stage === 'prod' && alarmEmail === undefined)
    mistakes.push('alarmEmail is missing, and nobody would hear of an alarm in prod; give an address');
  if (monthlyBudget !== undefined && alarmEmail === undefined)
    mistakes.push('monthlyBudget has nobody to tell; give alarmEmail too');
  if (pipeline !== undefined && alarmEmail === undefined)
    mistakes.push('pipeline has nobody to ask for an approval; give alarmEmail too');
  const connectedIn = CONNECTION.exec(textOf(fieldsOf(pipeline).connectionArn) ?? '')?.groups?.account;
  if (typeof account === 'string' && connectedIn !== undefined && connectedIn !== account)
    mistakes.push(`pipeline.connectionArn is not of account ${account}; make the connection there`);
  return mistakes;
}

/** Whatever stands there: none of it need be well-formed. */
const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
