/** A declared alarm in CloudWatch. */
import { type Alarm, type Topic } from '../../../libs/topology/src/model.js';
import { type MetricIdentity } from '../../../libs/topology/src/metric-identity.js';
import { CloudwatchMetricAlarm } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';

export interface AlarmProps {
  readonly alarm: Alarm;
  readonly name: string;
  readonly metric: MetricIdentity;
  readonly topicArn: (topic: Topic) => string;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export class AlarmConstruct extends Construct {
  readonly resource: CloudwatchMetricAlarm;

  constructor(scope: Construct, id: string, { alarm, name, metric, topicArn }: AlarmProps) {
    super(scope, id);
    const { actions } = alarm;
    this.resource = new CloudwatchMetricAlarm(this, 'alarm', {
      alarmName: name,
      alarmDescription: alarm.description,
      namespace: metric.namespace,
      metricName: metric.name,
      dimensions: { ...metric.dimensions },
      statistic: alarm.statistic,
      period: alarm.period,
      evaluationPeriods: alarm.evaluationPeriods,
      datapointsToAlarm: alarm.datapointsToAlarm,
      comparisonOperator: alarm.comparison,
      threshold: alarm.threshold,
      treatMissingData: alarm.missingData,
      actionsEnabled: true,
      alarmActions: actions.alarm.map(topicArn),
      okActions: actions.ok.map(topicArn),
      insufficientDataActions: actions.insufficientData.map(topicArn),
    });
  }

  get arn(): string {
    return this.resource.arn;
  }
}
