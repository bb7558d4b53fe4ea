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
      'CORS_ORIGINS',
      'LOG_LEVEL',
      'AUTH_MODE',
      'PORT',
    ]);
    expect(mistakesIn(() => readServerConfig({})).length).toBe(3);
  });

  it('never infer the authentication mode', () => {
    expect(mistakesIn(() => readServiceConfig({ TABLE_NAME: 'data' }))).toEqual([
      'AUTH_MODE must be set to open or jwt; it is never inferred',
    ]);
  });

  it('name the issuer, the keys and the audience of tokens in jwt mode, and no foreign origin by default', () => {
    const jwt = {
      TABLE_NAME: 'data',
      AUTH_MODE: 'jwt',
      TOKEN_ISSUER: 'https://issuer.example/pool',
      TOKEN_AUDIENCE: 'shop',
    };
    const read = (TOKEN_JWKS_URI: string) => readServiceConfig({ ...jwt, TOKEN_JWKS_URI });
    const jwksUri = 'http://127.0.0.1:4566/pool/.well-known/jwks.json';
    expect(read(jwksUri)).toMatchObject({
      authMode: 'jwt',
      tokens: { issuer: jwt.TOKEN_ISSUER, audience: 'shop', jwksUri },
      corsOrigins: [],
    });
    expect(
      mistakesIn(() => readServiceConfig({ ...valid, AUTH_MODE: 'jwt' })).map((each) => each.split(' ')[0]),
    ).toEqual(['TOKEN_ISSUER', 'TOKEN_JWKS_URI', 'TOKEN_AUDIENCE']);
    for (const uri of [
      'http://keys.example/jwks.json',
      'http://127.0.0.1.example/x',
      'http://localhost.example/',
      'file:///x',
    ])
      expect(mistakesIn(() => read(uri))).toEqual([expect.stringMatching(/^TOKEN_JWKS_URI must be an https address/)]);
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
