import { describe, it } from 'node:test';
import { expect } from 'expect';
import { absenceReason, lacksToken } from './absence.js';

const reason = (environment: Parameters<typeof absenceReason>[3]): string =>
  absenceReason('http://localstack:4566', 'ECONNREFUSED', 10, environment);

describe('a LocalStack that does not answer', () => {
  it('is named with its address, what was met, and where to look', () => {
    expect(reason({})).toMatch(
      /^LocalStack at http:\/\/localstack:4566 has not answered for 10 s \(ECONNREFUSED\).*docker compose logs localstack.*137 or 247.*LOCALSTACK_MEMORY/,
    );
  });

  it('of an image that wants a token and has none says so, and which tag needs none', () => {
    expect(reason({ LOCALSTACK_IMAGE: 'localstack/localstack:2026.05', LOCALSTACK_TOKEN_SET: '' })).toMatch(
      /image is localstack\/localstack:2026\.05.*LOCALSTACK_AUTH_TOKEN.*localstack\/localstack:4\.14\.0 is the last that needs none/,
    );
  });

  it('is given up only where a token may be missing', () => {
    const LOCALSTACK_IMAGE = 'localstack/localstack';
    expect(lacksToken({ LOCALSTACK_IMAGE })).toBe(true);
    expect(lacksToken({ LOCALSTACK_IMAGE, LOCALSTACK_TOKEN_SET: 'yes' })).toBe(false);
    expect(lacksToken({ LOCALSTACK_IMAGE: 'own/image@sha256:0a' })).toBe(true);
    for (const free of ['localstack/localstack:4.13.0', 'mirror:5000/localstack/localstack:4.14.0'])
      expect(lacksToken({ LOCALSTACK_IMAGE: free })).toBe(false);
    expect(lacksToken({})).toBe(false);
  });

  it('with a token is not told to get one', () => {
    expect(reason({ LOCALSTACK_IMAGE: 'localstack/localstack:2026.05', LOCALSTACK_TOKEN_SET: 'yes' })).not.toMatch(
      /TOKEN/,
    );
  });
});
