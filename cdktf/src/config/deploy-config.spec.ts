import { describe, it } from 'node:test';
import { expect } from 'expect';
import { readServiceConfig } from '../../../libs/shared/src/config.js';
import { EXAMPLE_STAGES } from '../../test/fixtures/example-stages.js';
import { DeployConfigError, mustBeDeployable, readDeployConfig } from './deploy-config.js';
import { stages } from './stages.js';

const GOOD = { region: 'eu-west-1', account: '123456789012' };
const PROD = { ...GOOD, encryption: 'own-key', alarmEmail: 'ops@tabletop.dev' };

const mistakesIn = (stage: string, settings: unknown): string => {
  try {
    readDeployConfig(stage, { [stage]: settings });
  } catch (error) {
    if (error instanceof DeployConfigError) return error.message;
    throw error;
  }
  return '';
};

describe('the settings of a stage', () => {
  it('are well-formed as they stand, for every stage', () => {
    for (const stage of Object.keys(stages)) expect(readDeployConfig(stage, stages).stage).toBe(stage);
  });

  it('get a default for all that may be left out', () => {
    expect(readDeployConfig('dev', { dev: GOOD })).toMatchObject({
      ...{ stage: 'dev', authMode: 'jwt', corsOrigins: '', encryption: 'aws-owned', firewall: false },
      throttling: { rate: 100, burst: 200 },
    });
    expect(readDeployConfig('dev', { dev: { ...GOOD, authMode: 'open' } }).corsOrigins).toBe('*');
  });

  it('tell all mistakes at once, each with its fix', () => {
    const told = mistakesIn('dev', {
      region: 'us-east-9',
      authMode: 'none',
      logRetention: 31,
      throttling: { rate: 0 },
      domain: { name: 'API.example.com' },
      alarmMail: 'me@home.org',
    });
    expect(told.split('\n')).toEqual([
      'Stage "dev" cannot be deployed:',
      '  - region is "us-east-9"; give the code of a commercial region, such as us-east-1 or eu-west-1',
      '  - account is missing; give the twelve digits of the account, as text',
      '  - authMode is "none"; choose jwt or open',
      expect.stringMatching(/^ {2}- logRetention is 31; CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, /),
      expect.stringMatching(/^ {2}- domain.name is "API.example.com"; give a full domain name in lower case/),
      expect.stringMatching(/^ {2}- domain.zoneId is missing; give the hosted zone’s id/),
      '  - throttling.rate is 0; give requests a second from 1 to 10000',
      '  - throttling.burst is missing; give requests from 1 to 5000',
      '  - alarmMail is no setting; take it out, or look for a misspelling',
    ]);
  });

  it('take the origins that the functions take, and no others', () => {
    for (const corsOrigins of ['', '*', 'https://a.example', 'https://a.example, http://localhost:3000']) {
      expect(mistakesIn('dev', { ...GOOD, corsOrigins })).toBe('');
      expect(readServiceConfig({ TABLE_NAME: 'data', AUTH_MODE: 'open', CORS_ORIGINS: corsOrigins })).toBeDefined();
    }
    expect(readDeployConfig('dev', { dev: { ...GOOD, corsOrigins: 'https://a.example, *' } }).corsOrigins).toBe('*');
    for (const corsOrigins of ['https://a.example/', 'ftp://x y,*', 'a.example', 5])
      expect(mistakesIn('dev', { ...GOOD, corsOrigins })).toContain(
        `corsOrigins is ${JSON.stringify(corsOrigins)}; give *, empty, or origins such as https://shop.example`,
      );
  });

  it('take a domain name that a certificate takes for its first, and tell of any other once', () => {
    const told = (name: string): string => mistakesIn('dev', { ...GOOD, domain: { name, zoneId: 'Z0123456789ABC' } });
    const longest = `${'a'.repeat(52)}.example.com`;
    expect(longest).toHaveLength(64);
    for (const name of ['api.example.com', 'a-1.b.xn--p1ai', longest]) expect(told(name)).toBe('');
    for (const name of ['a-.-b.example.com', '-a.example.com', 'a..com', '*.example.com', `a${longest}`])
      expect(told(name).split('\n').slice(1)).toEqual([
        expect.stringContaining(`domain.name is "${name}"; give a full domain name in lower case, without a wildcard`),
      ]);
  });

  it('tell of several words that are none in one sentence, each with its place', () => {
    expect(mistakesIn('dev', { ...GOOD, colour: 1, frewall: true })).toContain(
      '  - colour, frewall are no settings; take them out, or look for misspellings',
    );
    const throttling = { rate: 1, burst: 1, brust: 2, tare: 3 };
    expect(mistakesIn('dev', { ...GOOD, throttling })).toContain(
      '  - throttling.brust, throttling.tare are no settings',
    );
  });

  it('want somebody who can be asked where there is a pipeline, and its connection in the account, told of once', () => {
    const connectionArn = `arn:aws:codeconnections:eu-west-1:123456789012:connection/${'0123456789ab'.repeat(3)}`;
    const pipeline = { connectionArn, repository: 'us/mine', branch: 'main' };
    const told = (settings: object): string[] =>
      mistakesIn('staging', { ...GOOD, ...settings })
        .split('\n')
        .slice(1);
    expect(told({ pipeline, alarmEmail: PROD.alarmEmail })).toEqual([]);
    expect(told({ pipeline })).toEqual([expect.stringContaining('pipeline has nobody to ask for an approval')]);
    const of = (arn: string): string[] =>
      told({ pipeline: { ...pipeline, connectionArn: arn }, alarmEmail: PROD.alarmEmail });
    expect(of(connectionArn.replace('123456789012', '210987654321'))).toEqual([
      expect.stringContaining('pipeline.connectionArn is not of account 123456789012'),
    ]);
    expect(of(connectionArn.replace('arn:aws:', 'arn:aws-cn:').replace('123456789012', '210987654321'))).toEqual([
      expect.stringContaining('give the ARN of an authorized connection'),
    ]);
  });

  it('name the stages there are when asked for another', () => {
    expect(mistakesIn('production', GOOD)).toContain('it is no stage; choose dev, staging, prod');
    expect(mistakesIn('__proto__', GOOD)).toContain('it is no stage');
    expect(() => readDeployConfig('prod', {})).toThrow('it has no settings; add them to cdktf/src/config/stages.ts');
    expect(() => readDeployConfig('prod', {}, 'mine.json')).toThrow('it has no settings; add them to mine.json');
  });

  it('say also what one demands of another when a third is malformed', () => {
    const told = mistakesIn('prod', { ...GOOD, account: 12, authMode: 'open' });
    expect(told).toContain('account is 12;');
    expect(told).toContain('authMode is open, and anybody could read and change everything; set it to jwt');
    expect(told).toContain('encryption of prod must be own-key');
    expect(told).toContain('alarmEmail is missing, and nobody would hear of an alarm in prod');
  });

  it('are told of where they are of another type altogether', () => {
    for (const settings of [null, [], 'us-east-1'])
      expect(mistakesIn('dev', settings)).toContain('give an object of them');
    expect(mistakesIn('dev', { ...GOOD, domain: { name: 5, zoneId: 'Z1' } })).toContain(
      'domain.name is 5; give a full',
    );
    const pipeline = { connectionArn: 5, repository: 'a/b', branch: 'main' };
    expect(mistakesIn('dev', { ...GOOD, pipeline })).toContain('pipeline.connectionArn is 5; give the ARN');
    expect(mistakesIn('dev', { ...GOOD, account: null, pipeline: null })).toMatch(
      /account is null;[^]*pipeline is null; give connectionArn, repository and branch/,
    );
  });

  it('let nobody leave the API open but in dev', () => {
    expect(mistakesIn('dev', { ...GOOD, authMode: 'open' })).toBe('');
    expect(mistakesIn('staging', { ...GOOD, authMode: 'open' })).toContain('open is for dev');
    expect(mistakesIn('prod', PROD)).toBe('');
  });

  it('protect what prod holds unless told not to, and nothing else unless told to', () => {
    expect(readDeployConfig('prod', { prod: PROD }).protection).toBe(true);
    expect(readDeployConfig('prod', { prod: { ...PROD, protection: false } }).protection).toBe(false);
    expect(readDeployConfig('dev', { dev: GOOD }).protection).toBe(false);
  });

  it('counts each method of an API in prod alone unless told, since that costs by the method', () => {
    expect(readDeployConfig('prod', { prod: PROD }).detailedMetrics).toBe(true);
    expect(readDeployConfig('dev', { dev: GOOD }).detailedMetrics).toBe(false);
    expect(readDeployConfig('dev', { dev: { ...GOOD, detailedMetrics: true } }).detailedMetrics).toBe(true);
  });

  it('are not deployed while they are the example’s', () => {
    const example = readDeployConfig('prod', EXAMPLE_STAGES);
    const told = (...fields: string[]): RegExp =>
      RegExp(fields.map((field) => `${field} is the example’s`).join('[^]*'));
    expect(() => mustBeDeployable({ config: example, file: 'mine.json' })).toThrow(
      told('account', 'alarmEmail', 'pipeline.connectionArn', 'pipeline.repository'),
    );
    const connectionArn = example.pipeline?.connectionArn.replace(example.account, PROD.account);
    const forgotten = { ...PROD, pipeline: { ...example.pipeline, connectionArn } };
    const check = (prod: object) => () =>
      mustBeDeployable({ config: readDeployConfig('prod', { prod }), file: 'mine.json' });
    expect(check(forgotten)).toThrow(told('pipeline.connectionArn', 'pipeline.repository'));
    expect(check(forgotten)).toThrow(
      /^Stage "prod" cannot be deployed as it stands in mine\.json:\n(?![^]*mine\.json)/,
    );
    expect(check(PROD)).not.toThrow();
  });
});
