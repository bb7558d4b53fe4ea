import { describe, it } from 'node:test';
import { expect } from 'expect';
import { readDeployConfig, type Settings } from '../config/deploy-config.js';
import { adoptionOf, stackOf, UsageError, warningOfPipeline } from './stack-choice.js';

const PIPELINE = {
  connectionArn: `arn:aws:codeconnections:us-east-1:123456789012:connection/${'0123456789ab'.repeat(3)}`,
  ...{ repository: 'us/mine', branch: 'main' },
};

const settings = ({ pipeline = false, isFromFile = false } = {}): Settings => ({
  config: readDeployConfig('dev', {
    dev: {
      region: 'us-east-1',
      account: '123456789012',
      alarmEmail: 'a@b.org',
      ...(pipeline && { pipeline: PIPELINE }),
    },
  }),
  ...{ file: isFromFile ? 'mine.json' : 'stages.ts', isFromFile },
});

describe('what a bootstrap takes over', () => {
  it('is nothing, all, or what the words name', () => {
    expect(adoptionOf('bootstrap', false, ['x'])).toEqual({ adopts: [], others: ['x'] });
    expect(adoptionOf('bootstrap', true, []).adopts).toEqual(['bucket', 'log-role', 'boundary']);
    expect(adoptionOf('bootstrap', true, ['boundary', 'bucket'])).toEqual({
      adopts: ['bucket', 'boundary'],
      others: [],
    });
  });

  it('is refused where the word is no such thing, or the command no bootstrap', () => {
    expect(() => adoptionOf('bootstrap', true, ['table'])).toThrow('"table" is none');
    expect(() => adoptionOf('deploy', true, [])).toThrow(UsageError);
  });
});

describe('the stack of a command', () => {
  it('is the service unless it is told, and what all stages share for a bootstrap', () => {
    expect([stackOf('deploy', [], settings()), stackOf('bootstrap', [], settings())]).toEqual(['service', 'state']);
    expect(stackOf('diff', ['pipeline'], settings({ pipeline: true }))).toBe('pipeline');
  });

  const refusals: [string, string[], Settings, string][] = [
    ['deploy', ['state'], settings(), 'npm run deploy:bootstrap -- dev makes it'],
    ['destroy', ['state'], settings(), 'nothing here deletes it'],
    ['diff', ['foo'], settings(), 'Stage dev has no stack foo; choose service.'],
    ['diff', ['foo'], settings({ pipeline: true }), 'choose service or pipeline.'],
    ['diff', ['pipeline'], settings(), 'set "pipeline" in stages.ts first'],
    ['diff', ['service', 'foo'], settings(), 'diff takes a stage and a stack; "foo" is one word too many.'],
    ['policy', ['foo'], settings(), 'deploy:policy takes a stage and nothing else; "foo" is one word too many.'],
    ['bootstrap', ['foo'], settings(), 'deploy:bootstrap takes a stage and nothing else'],
  ];
  for (const [command, words, given, message] of refusals)
    it(`is refused for ${command} ${words.join(' ')}: ${message}`, () => {
      const choose = (): string => stackOf(command, words, given);
      expect(choose).toThrow(UsageError);
      expect(choose).toThrow(message);
    });

  it('is no pipeline of a file’s settings, but to destroy it', () => {
    const own = settings({ pipeline: true, isFromFile: true });
    for (const command of ['diff', 'deploy'])
      expect(() => stackOf(command, ['pipeline'], own)).toThrow('put them there, and leave --settings out');
    expect(stackOf('destroy', ['pipeline'], own)).toBe('pipeline');
  });

  it('is warned of where a pipeline is written from a file’s settings', () => {
    expect(warningOfPipeline(settings({ pipeline: true, isFromFile: true }))).toContain('not with those of mine.json');
    expect(warningOfPipeline(settings({ pipeline: true }))).toBeUndefined();
    expect(warningOfPipeline(settings({ isFromFile: true }))).toBeUndefined();
  });
});
