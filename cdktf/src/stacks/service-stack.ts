/** The system on AWS: every resource of the topology that exists in the stage, and what AWS needs beside them. */
import { type LambdaFunction, type Resource, type Topic } from '../../../libs/topology/src/model.js';
import { outputsOf } from '../../../libs/topology/src/outputs.js';
import { metricNamespace, physicalName, resourcesIn, type Topology } from '../../../libs/topology/src/system.js';
import { Budget } from '../constructs/budget.js';
import { DashboardConstruct } from '../constructs/dashboard.js';
import { EncryptionKey } from '../constructs/encryption-key.js';
import { type FunctionPackage } from '../constructs/function.js';
import { LatencyAlarm } from '../constructs/latency-alarm.js';
import { TerraformOutput, type Construct, type TerraformResource } from '../lib/cdk.js';
import { mustBeOnAws } from './aws-refusal.js';
import { MadeResources } from './made-resources.js';
import { referenceValue } from './reference-value.js';
import { KINDS, make } from './service-makers.js';
import { type ServiceSystem } from './service-system.js';
import { keptName, movedId, type Moves } from './stateful-names.js';
import {
  boundaryArn,
  deploymentName,
  deploymentTag,
  pipelineTag,
  StageStack,
  type StageStackProps,
} from './stage-stack.js';

export interface ServiceStackProps extends Omit<StageStackProps, 'name'> {
  readonly topology: Topology;
  readonly codeOf: (lambda: LambdaFunction) => FunctionPackage;
  /** What was declared under another name and keeps what it holds. */
  readonly moves: Moves;
}

export class ServiceStack extends StageStack {
  private readonly system: ServiceSystem;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ServiceStackProps,
  ) {
    super(scope, id, { ...props, name: props.topology.name });
    this.system = this.systemOf(props);
    for (const resource of this.system.resources) {
      make(this, resource, this.system);
      if (resource.kind === 'queue') this.letTopicsDeliver(resource);
    }
    this.joinDeadLetters();
    this.endWithPipes();
    this.watch();
    this.tell();
  }

  private systemOf({ topology, config, codeOf, moves }: ServiceStackProps): ServiceSystem {
    const { stage, account, region, encryption } = config;
    const resources = resourcesIn(topology, stage);
    const nameIn = (resource: Resource): string =>
      keptName(resource, physicalName(topology, stage, resource), moves, stage);
    mustBeOnAws(resources, KINDS, config, nameIn, deploymentName(topology.name, config));
    const alarmed = new Set(
      resources.flatMap((resource) => (resource.kind === 'alarm' ? Object.values(resource.actions).flat() : [])),
    );
    const key = (id: string, description: string, kept = false): EncryptionKey =>
      new EncryptionKey(this, id, {
        ...{ name: `${topology.name}-${stage}-${id}`, account, region, description, protected: kept },
      });
    const dataKey =
      encryption === 'own-key'
        ? key('data-key', `Data and logs of ${topology.name}, ${stage}`, config.protection)
        : undefined;
    // CloudWatch cannot use the key that AWS keeps for SNS: an encrypted topic of that kind would hear of no alarm.
    const needsKey = [...alarmed].some((topic) => topic.encryption);
    const alarmKey = dataKey ?? (needsKey ? key('alarm-key', `Alarms of ${topology.name}, ${stage}`) : undefined);
    return {
      config,
      resources,
      physicalName: nameIn,
      place: { stage, metricNamespace: metricNamespace(topology, stage), physicalName: nameIn },
      made: new MadeResources(),
      codeOf,
      dataKey,
      alarmKey,
      boundaryArn: boundaryArn(topology.name, config),
      takesAlarms: (topic: Topic) => alarmed.has(topic),
      movedFrom: (resource) => movedId(resource, moves),
      protects: config.protection,
    };
  }

  /** A queue has one policy, so the topics of all its subscriptions are named at once. */
  private letTopicsDeliver(queue: Resource & { kind: 'queue' }): void {
    const { resources, config, physicalName: nameIn, made } = this.system;
    const topics = resources.flatMap((each) =>
      each.kind === 'subscription' && each.queue.name === queue.name ? [each.topic] : [],
    );
    if (topics.length === 0) return;
    // The topics are made after the queues; their names are known.
    made
      .of(queue)
      .takesMessagesOf(topics.map((topic) => `arn:aws:sns:${config.region}:${config.account}:${nameIn(topic)}`));
  }

  private joinDeadLetters(): void {
    const { resources, made } = this.system;
    const queues = resources.filter((resource) => resource.kind === 'queue');
    for (const dead of queues) {
      const sources = queues.filter(({ deadLetters }) => deadLetters?.queue.name === dead.name);
      if (sources.length > 0) made.of(dead).takesDeadLettersOf(sources.map((source) => made.of(source)));
    }
  }

  /** What takes longest to make gives the pipes' roles the time that they take, at no other cost than that they wait. */
  private endWithPipes(): void {
    const { resources, made } = this.system;
    const last = resources.flatMap((each): TerraformResource[] => {
      if (each.kind === 'rest-api') return [made.of(each).stage.resource];
      return each.kind === 'queue-consumer' ? [made.of(each).resource] : [];
    });
    for (const each of resources) if (each.kind === 'pipe') made.of(each).comesAfter(last);
  }

  /** A percentile alarm for each API, a page of graphs, and where one is asked for, a budget. */
  private watch(): void {
    const { config, resources, place, made, takesAlarms } = this.system;
    const { name } = this.props.topology;
    const topics = resources.filter((resource) => resource.kind === 'topic').filter(takesAlarms);
    for (const api of resources)
      if (api.kind === 'rest-api')
        new LatencyAlarm(this, `latency-${api.name}`, {
          api,
          place,
          threshold: config.latencyAlarm,
          topicArns: topics.map((topic) => made.of(topic).arn),
        });
    const { region, account, stage } = config;
    new DashboardConstruct(this, 'dashboard', { name: `${name}-${stage}`, region, account, place, resources });
    if (config.monthlyBudget !== undefined && config.alarmEmail !== undefined)
      new Budget(this, 'budget', {
        name: `${name}-${stage}`,
        limit: config.monthlyBudget,
        email: config.alarmEmail,
        tags: [deploymentTag(name, config), pipelineTag(name, config)],
      });
  }

  private tell(): void {
    const { resources, made } = this.system;
    const api = resources.find((resource) => resource.kind === 'rest-api');
    const outputs = outputsOf(resources, api && made.of(api).stage.url, (reference) => referenceValue(reference, made));
    for (const [key, value] of Object.entries(outputs)) new TerraformOutput(this, key, { value, staticId: true });
  }
}
