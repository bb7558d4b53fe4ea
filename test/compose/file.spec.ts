/** What docker-compose.yml promises of every container, as Compose itself reads it without any setting. */
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import { FREE_IMAGE } from '../../localstack/src/container/localstack-image.js';
import { docker } from '../fixtures/docker.js';

/** Of what `docker compose config` gives, what is looked at here. */
interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly { readonly host_ip?: string; readonly published?: string; readonly target: number }[];
  readonly networks: Readonly<Record<string, unknown>>;
  readonly restart?: string;
  readonly mem_limit?: string;
  readonly cpus?: number;
  readonly init?: boolean;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

async function configured(settings: Readonly<Record<string, string>> = {}): Promise<Record<string, Service>> {
  const words = ['compose', '--profile', 'tools', '--env-file', '/dev/null', 'config', '--format', 'json'];
  const { PATH = '', HOME = '' } = process.env;
  const read = await docker(words, { env: { PATH, HOME, ...settings } });
  return (JSON.parse(read) as { services: Record<string, Service> }).services;
}

describe('docker-compose.yml', () => {
  let services: Record<string, Service>;
  const named = (): [string, Service][] => Object.entries(services);
  /** What does not hold of which services. */
  const without = (holds: (service: Service) => boolean, ...but: string[]): string[] =>
    named().flatMap(([name, service]) => (holds(service) || but.includes(name) ? [] : name));

  before(async () => {
    services = await configured();
  });

  it('publishes the API, the AWS endpoint and the table browser, on loopback only', () => {
    const ports = named().flatMap(([name, { ports = [] }]) =>
      ports.map(({ host_ip, published, target }) => `${name} ${host_ip}:${published} -> ${target}`),
    );
    expect(ports.sort()).toEqual([
      'aws 127.0.0.1:4566 -> 4566',
      'gateway 127.0.0.1:4000 -> 8080',
      'tables 127.0.0.1:8001 -> 8001',
    ]);
  });

  it('bounds memory and processors of each, brings each back, and asks each how it is', () => {
    expect(without(({ mem_limit, cpus }) => Number(mem_limit) > 0 && Number(cpus) > 0)).toEqual([]);
    expect(without(({ restart }) => restart === 'unless-stopped')).toEqual([]);
    expect(without(({ healthcheck }) => healthcheck !== undefined)).toEqual([]);
  });

  it('lets nobody but the AWS endpoint reach LocalStack', () => {
    const networks = Object.fromEntries(named().map(([name, service]) => [name, Object.keys(service.networks).sort()]));
    const others = Object.fromEntries(Object.keys(services).map((name) => [name, ['system']]));
    expect(networks).toEqual({ ...others, localstack: ['localstack'], aws: ['localstack', 'system'] });
  });

  it('gives what is ours an init, a file system that is read only, and no capabilities', () => {
    const isClosed = ({ init, read_only, cap_drop = [] }: Service): boolean =>
      init === true && read_only === true && cap_drop.includes('ALL');
    expect(without(isClosed, 'localstack')).toEqual([]);
  });

  it('starts what calls AWS when the endpoint is ready, and identity, which it asks, beside it', () => {
    const waitsForAws = ({ depends_on }: Service): boolean => depends_on?.aws?.condition === 'service_healthy';
    expect(without(waitsForAws)).toEqual(['aws', 'gateway', 'identity', 'localstack']);
    expect(Object.keys(services.gateway?.depends_on ?? {}).sort()).toEqual(
      ['identity', ...Object.keys(services).filter((name) => name.endsWith('-service'))].sort(),
    );
  });

  it('holds no secret, and runs the image that needs none', () => {
    expect(services.localstack?.image).toBe(FREE_IMAGE);
    expect(services.localstack?.environment?.LOCALSTACK_AUTH_TOKEN).toBe('');
    expect(services.aws?.environment?.LOCALSTACK_TOKEN_SET).toBe('');
  });

  it('passes another image and its token to LocalStack, and tells the endpoint no more than that there is one', async () => {
    const settings = { LOCALSTACK_IMAGE: 'localstack/localstack:2026.05', LOCALSTACK_AUTH_TOKEN: 'ls-secret' };
    const { localstack, aws, ...others } = await configured(settings);
    expect(localstack).toMatchObject({
      image: settings.LOCALSTACK_IMAGE,
      environment: { LOCALSTACK_AUTH_TOKEN: 'ls-secret' },
    });
    expect(aws?.environment).toMatchObject({
      LOCALSTACK_IMAGE: settings.LOCALSTACK_IMAGE,
      LOCALSTACK_TOKEN_SET: 'yes',
    });
    expect(JSON.stringify([aws, others])).not.toContain('ls-secret');
  });

  it('has each of its settings in .env.example', () => {
    const file = readFileSync('docker-compose.yml', 'utf8');
    const asked = new Set([...file.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name));
    const example = readFileSync('.env.example', 'utf8');
    expect([...asked].filter((name) => !new RegExp(`^(# )?${name}=`, 'm').test(example))).toEqual([]);
    expect(asked.size).toBeGreaterThan(8);
  });
});
