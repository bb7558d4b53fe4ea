import { describe, it } from 'node:test';
import { expect } from 'expect';
import { type Kind } from '../../../libs/topology/src/model.js';
import { resourcesIn } from '../../../libs/topology/src/system.js';
import { topology } from '../../../libs/topology/src/topology.js';
import { atHome, containerMakers, type EndpointSystem, type Home } from './container-makers.js';

const resources = resourcesIn(topology, 'dev');
const kindsAt = (home: Home): Kind[] => [...new Set(atHome(resources, home).map(({ kind }) => kind))].sort();

describe('the homes of resources in containers', () => {
  it('are LocalStack for what it keeps, the endpoint for what watches, and other containers for what runs', () => {
    expect(kindsAt('localstack')).toEqual(['queue', 'subscription', 'table', 'topic']);
    expect(kindsAt('endpoint')).toEqual(['alarm', 'function', 'metric-filter']);
    expect(kindsAt('elsewhere')).toEqual(['pipe', 'queue-consumer', 'rest-api', 'user-pool']);
  });

  it('are one for each resource, in the order of the declaration', () => {
    const homes = (['localstack', 'endpoint', 'elsewhere'] as const).map((home) => atHome(resources, home));
    expect(homes.flat()).toHaveLength(resources.length);
    expect(new Set(homes.flat())).toEqual(new Set(resources));
    for (const home of homes) expect(home).toEqual(resources.filter((resource) => home.includes(resource)));
  });

  it('leave what is elsewhere untouched', async () => {
    const untouched = {} as EndpointSystem;
    for (const resource of atHome(resources, 'elsewhere'))
      expect(await containerMakers[resource.kind](resource as never, untouched)).toBe('started');
  });

  it('name the resource that cannot be made', async () => {
    const [queue] = atHome(resources, 'localstack').filter(({ kind }) => kind === 'queue');
    await expect(containerMakers.queue(queue as never, {} as EndpointSystem)).rejects.toThrow(
      new RegExp(`^queue "${queue?.name}": `),
    );
  });
});
