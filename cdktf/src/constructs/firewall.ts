/** A WAF before an API's stage: AWS's common rules, and a limit of requests for each address. */
import {
  Wafv2WebAcl,
  Wafv2WebAclAssociation,
  Wafv2WebAclLoggingConfiguration,
  type ApiGatewayStage,
} from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { logGroup } from './log-group.js';

export interface FirewallProps {
  readonly name: string;
  readonly stage: ApiGatewayStage;
  readonly retentionInDays: number;
  readonly keyArn: string | undefined;
}

/** Requests of one address in five minutes. */
const MOST_REQUESTS = 2000;
/**
 * By group, the rules that only count: these would shut out bodies above 8 KB and callers that name no program, which the API
 * answers everywhere else.
 */
const MANAGED = {
  AWSManagedRulesCommonRuleSet: ['NoUserAgent_HEADER', 'SizeRestrictions_BODY'],
  AWSManagedRulesKnownBadInputsRuleSet: [],
};

/** https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { name, stage, retentionInDays, keyArn }: FirewallProps) {
    super(scope, id);
    const acl = new Wafv2WebAcl(this, 'acl', {
      name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      rule: [
        ...Object.entries(MANAGED).map(([group, counted], priority) => ({
          name: group,
          priority,
          overrideAction: { none: {} },
          statement: {
            managed_rule_group_statement: {
              name: group,
              vendor_name: 'AWS',
              ...(counted.length > 0 && {
                rule_action_override: counted.map((rule) => ({ name: rule, action_to_use: { count: {} } })),
              }),
            },
          },
          ...visible(`${name}-${group}`),
        })),
        {
          name: 'requests-of-one-address',
          priority: Object.keys(MANAGED).length,
          action: { block: {} },
          statement: { rate_based_statement: { limit: MOST_REQUESTS, aggregate_key_type: 'IP' } },
          ...visible(`${name}-requests`),
        },
      ],
      ...visible(name),
    });
    new Wafv2WebAclAssociation(this, 'association', { resourceArn: stage.arn, webAclArn: acl.arn });
    // WAF asks for this prefix: https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    const logs = logGroup(this, 'logs', { name: `aws-waf-logs-${name}`, retentionInDays, keyArn });
    new Wafv2WebAclLoggingConfiguration(this, 'logging', {
      resourceArn: acl.arn,
      logDestinationConfigs: [logs.arn],
      redactedFields: [{ singleHeader: { name: 'authorization' } }],
    });
  }
}

const visible = (
  metricName: string,
): {
  visibilityConfig: { cloudwatchMetricsEnabled: boolean; sampledRequestsEnabled: boolean; metricName: string };
} => ({ visibilityConfig: { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName } });
