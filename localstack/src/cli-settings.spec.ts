import { describe, it } from 'node:test';
import { expect } from 'expect';
import { readSettings } from './cli-settings.js';

const mistakesIn = (environment: NodeJS.ProcessEnv): string[] => {
  try {
    readSettings(environment);
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
};

describe('the settings of npm start', () => {
  it('have a default each, also where a variable is empty', () => {
    const defaults = readSettings({});
    expect(defaults).toEqual({
      port: 4000,
      awsPort: 4566,
      dataDir: '.tabletop',
      tables: undefined,
      backoffCapMs: 200,
      settings: { authMode: 'open', corsOrigins: '*', logLevel: 'INFO' },
    });
    expect(readSettings({ PORT: '', DATA_DIR: '', LOG_LEVEL: '', TABLE_BACKEND: '' })).toEqual(defaults);
  });

  it('take what the variables say', () => {
    expect(readSettings({ PORT: '0', AWS_PORT: '0', DATA_DIR: 'd', TABLE_BACKEND: 'dynamodb-local' })).toMatchObject({
      port: 0,
      awsPort: 0,
      dataDir: 'd',
      tables: 'dynamodb-local',
    });
  });

  it('let nobody in from other origins where people sign in, unless they are told to', () => {
    expect(readSettings({ AUTH_MODE: 'jwt' }).settings).toMatchObject({ authMode: 'jwt', corsOrigins: '' });
    const told = (CORS_ORIGINS: string): string =>
      readSettings({ AUTH_MODE: 'jwt', CORS_ORIGINS }).settings.corsOrigins;
    expect([told('*'), told('https://a.example, *')]).toEqual(['*', '*']);
    expect(told('https://a.example , https://b.example')).toBe('https://a.example,https://b.example');
  });

  const wrong: readonly (readonly [NodeJS.ProcessEnv, string])[] = [
    [{ PORT: '65536' }, 'PORT is "65536"; give a whole number from 0 to 65535'],
    [
      { CORS_ORIGINS: 'https://a.example/' },
      'CORS_ORIGINS is "https://a.example/"; give *, empty, or origins such as https://shop.example separated by commas',
    ],
    [{ PORT: '-1' }, 'PORT is "-1"; give a whole number from 0 to 65535'],
    [{ AWS_PORT: '4e3' }, 'AWS_PORT is "4e3"; give a whole number from 0 to 65535'],
    [{ TABLE_BACKEND: 'postgres' }, 'TABLE_BACKEND is "postgres"; choose one of dynoxide, dynamodb-local'],
    [{ LOG_LEVEL: 'info' }, 'LOG_LEVEL is "info"; choose one of DEBUG, INFO, WARN, ERROR'],
    [{ AUTH_MODE: 'none' }, 'AUTH_MODE is "none"; choose one of open, jwt'],
    [{ AUTH_MODE: '' }, 'AUTH_MODE is empty; set it to open or jwt, or leave it out for open'],
    [{ RETRY_CAP_MS: '1 s' }, 'RETRY_CAP_MS is "1 s"; give a whole number from 0 to 60000'],
    [{ PORT: '4566' }, 'PORT and AWS_PORT are both 4566; give each its own'],
  ];
  for (const [environment, mistake] of wrong)
    it(`refuse ${JSON.stringify(environment)}`, () => {
      expect(mistakesIn(environment)).toEqual([mistake]);
    });

  it('tell all mistakes together', () => {
    expect(mistakesIn({ PORT: 'x', AWS_PORT: 'y', LOG_LEVEL: 'z' })).toHaveLength(3);
  });
});
