import { describe, it } from 'node:test';
import { expect } from 'expect';
import { readContainerSettings } from './container-settings.js';

const mistakesIn = (environment: NodeJS.ProcessEnv): string[] => {
  try {
    readContainerSettings(environment);
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
};

describe('the settings of a container', () => {
  it('find the others by their names, unless told otherwise', () => {
    const { peer, awsUrl, localStackUrl } = readContainerSettings({ PEERS: 'pipes=http://127.0.0.1:4101' });
    expect([peer('pipes'), peer('notifier')]).toEqual(['http://127.0.0.1:4101', 'http://notifier:8080']);
    expect([awsUrl, localStackUrl]).toEqual(['http://aws:4566', 'http://localstack:4566']);
  });

  it('listen on loopback unless told otherwise, and tell others an address that leads here', () => {
    expect(readContainerSettings({ PORT: '4100' }).ownUrl).toBe('http://127.0.0.1:4100');
    expect(readContainerSettings({ HOST: '0.0.0.0' }).ownUrl).toMatch(/^http:\/\/(?!0\.0\.0\.0)[\d.]+:8080$/);
  });

  it('tell all mistakes together', () => {
    expect(mistakesIn({ PORT: 'x', LOCALSTACK_URL: 'here', PEERS: 'pipes', AUTH_MODE: 'none' })).toEqual([
      'PORT is "x"; give a whole number from 0 to 65535',
      'PEERS has "pipes"; give name=address',
      'LOCALSTACK_URL is "here"; give an address such as http://localstack:4566',
      'AUTH_MODE is "none"; choose one of open, jwt',
    ]);
  });
});
