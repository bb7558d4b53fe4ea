import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ConfigError, readNotifierConfig, readServerConfig, readServiceConfig } from './config.js';

const valid = { TABLE_NAME: 'data', AUTH_MODE: 'open' };

const mistakesIn = (read: () => unknown): readonly string[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
};

describe('the settings of a service', () => {
  it('need a table and an authentication mode, and have defaults for the rest', () => {
    expect(readServiceConfig(valid)).toEqual({
      tableName: 'data',
      authMode: 'open',
      corsOrigins: ['*'],
      logLevel: 'INFO',
    });
  });

  it('take a list of origins, none, and a log level in any case', () => {
    const read = (CORS_ORIGINS: string) => readServiceConfig({ ...valid, CORS_ORIGINS }).corsOrigins;
    expect(read('https://a.example, http://localhost:3000')).toEqual(['https://a.example', 'http://localhost:3000']);
    expect(read('')).toEqual([]);
    expect(readServiceConfig({ ...valid, LOG_LEVEL: 'debug' }).logLevel).toBe('DEBUG');
  });

  it('tell all mistakes together, each with its variable', () => {
    const env = { TABLE_NAME: 'x', CORS_ORIGINS: 'example', LOG_LEVEL: 'loud', PORT: '70000' };
    expect(mistakesIn(() => readServerConfig(env)).map((mistake) => mistake.split(' ')[0])).toEqual([
      'TABLE_NAME',
      'AUTH_MODE',
      'CORS_ORIGINS',
      'LOG_LEVEL',
      'PORT',
    ]);
    expect(mistakesIn(() => readServerConfig({})).length).toBe(3);
  });

  it('never infer the authentication mode, and refuse jwt by name until there is sign-in', () => {
    expect(mistakesIn(() => readServiceConfig({ TABLE_NAME: 'data' }))).toEqual([
      'AUTH_MODE must be set to open or jwt; it is never inferred',
    ]);
    expect(mistakesIn(() => readServiceConfig({ ...valid, AUTH_MODE: 'jwt' }))[0]).toMatch(
      /^AUTH_MODE jwt needs sign-in/,
    );
  });

  it('hold the port of a server, 0 for any', () => {
    expect(readServerConfig({ ...valid, PORT: '0' }).port).toBe(0);
    expect(mistakesIn(() => readServerConfig({ ...valid, PORT: '-1' }))).toEqual(['PORT must be a port number']);
  });
});

describe('the settings of the notifier', () => {
  it('name the topic by its ARN', () => {
    const ORDER_EVENTS_TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:order-events';
    expect(readNotifierConfig({ TABLE_NAME: 'data', ORDER_EVENTS_TOPIC_ARN }).topicArn).toBe(ORDER_EVENTS_TOPIC_ARN);
    expect(
      mistakesIn(() => readNotifierConfig({ TABLE_NAME: 'data', ORDER_EVENTS_TOPIC_ARN: 'order-events' })),
    ).toEqual(['ORDER_EVENTS_TOPIC_ARN must be the ARN of an SNS topic']);
  });
});
