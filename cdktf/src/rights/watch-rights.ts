/** Rights to deploy what watches: logs, alarms, dashboards, budgets. */
import { inService, TAGGING, type ServiceRights } from './right.js';

export const watchRights: readonly ServiceRights[] = [
  {
    types: ['aws_cloudwatch_log_'],
    of: ({ region, account, prefix, stage }) => [
      {
        read: inService('logs', 'DescribeMetricFilters', 'ListTagsForResource'),
        write: inService(
          'logs',
          ...['AssociateKmsKey', 'CreateLogGroup', 'DeleteLogGroup', 'DeleteMetricFilter', 'DeleteRetentionPolicy'],
          ...['DisassociateKmsKey', 'PutMetricFilter', 'PutRetentionPolicy', ...TAGGING],
        ),
        resources: [
          `/aws/lambda/${prefix}-*`,
          `/aws/vendedlogs/pipes/${prefix}-*`,
          `/aws/apigateway/${prefix}-*`,
          `API-Gateway-Execution-Logs_*/${stage}`,
          `aws-waf-logs-${prefix}-*`,
        ].flatMap((group) => {
          // The group's operations are asked for with `:*` behind it, a metric filter's, a tag's and a listing's without.
          // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
          const arn = `arn:aws:logs:${region}:${account}:log-group:${group}`;
          return [arn, `${arn}:*`];
        }),
      },
      {
        // These name no resource: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
        read: inService('logs', 'DescribeLogGroups', 'DescribeResourcePolicies', 'GetLogDelivery', 'ListLogDeliveries'),
        write: inService('logs', 'CreateLogDelivery', 'DeleteLogDelivery', 'PutResourcePolicy', 'UpdateLogDelivery'),
        resources: ['*'],
      },
    ],
  },
  {
    types: ['aws_cloudwatch_metric_', 'aws_cloudwatch_dashboard'],
    of: ({ region, account, prefix }) => [
      {
        read: inService('cloudwatch', 'GetDashboard', 'ListTagsForResource'),
        write: inService(
          'cloudwatch',
          'DeleteAlarms',
          'DeleteDashboards',
          'PutDashboard',
          'PutMetricAlarm',
          ...TAGGING,
        ),
        resources: [
          `arn:aws:cloudwatch:${region}:${account}:alarm:${prefix}-*`,
          `arn:aws:cloudwatch::${account}:dashboard/${prefix}`,
        ],
      },
      {
        // Whoever asks for some alarms may be asked whether it may see all: CloudWatch names none in particular.
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
        read: inService('cloudwatch', 'DescribeAlarms'),
        write: [],
        resources: [`arn:aws:cloudwatch:${region}:${account}:alarm:*`],
      },
    ],
  },
  {
    types: ['aws_budgets_'],
    of: ({ account, prefix }) => [
      {
        read: inService('budgets', 'ListTagsForResource', 'ViewBudget'),
        write: inService('budgets', 'ModifyBudget', ...TAGGING),
        resources: [`arn:aws:budgets::${account}:budget/${prefix}`],
      },
    ],
  },
];
