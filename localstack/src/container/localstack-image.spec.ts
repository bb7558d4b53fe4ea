import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { asksForToken, FREE_IMAGE } from './localstack-image.js';

describe('an image of LocalStack', () => {
  it('asks for a token from March 2026 on', () => {
    for (const tag of [':2026.03', ':2026.05.1', ':2027.01', ':latest', ':stable', ''])
      expect([tag, asksForToken(`localstack/localstack${tag}`)]).toEqual([tag, true]);
    expect(asksForToken('registry:5000/localstack/localstack')).toBe(true);
  });

  it('asks for none before, wherever it comes from', () => {
    for (const image of [FREE_IMAGE, 'localstack/localstack:4.13.0', 'mirror:5000/aws/localstack:4.14.0', 'own:4'])
      expect([image, asksForToken(image)]).toEqual([image, false]);
  });

  it('may ask for one where its name does not tell', () => {
    for (const image of [
      'localstack/localstack@sha256:0a',
      'node:24-slim',
      'localstack/localstack:2026.02',
      'own:main',
    ])
      expect([image, asksForToken(image)]).toEqual([image, undefined]);
  });

  it('is by default the same in all files that name it', () => {
    const textOf = (file: string): string => readFileSync(join(import.meta.dirname, '../../../..', file), 'utf8');
    const named = ['docker-compose.yml', '.env.example', 'docs/compose.md'].map((file) =>
      [...textOf(file).matchAll(/localstack\/localstack:[\w.]+/g)].map(([image]) => image),
    );
    for (const images of named) expect(new Set(images)).toEqual(new Set([FREE_IMAGE]));
  });
});
