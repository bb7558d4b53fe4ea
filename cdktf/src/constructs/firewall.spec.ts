import { describe, it } from 'node:test';
import { expect } from 'expect';
import { apiAndStageIn } from '../../test/fixtures/constructs.js';
import { synthesized } from '../../test/fixtures/synthesized.js';
import { Firewall } from './firewall.js';

interface Rule {
  readonly name: string;
  readonly priority: number;
  readonly action?: object;
  readonly override_action?: object;
  readonly statement: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

describe('a firewall', () => {
  const { one } = synthesized((scope) => {
    const { stage } = apiAndStageIn(scope);
    new Firewall(scope, 'firewall', { name: 'x-dev', stage, retentionInDays: 30, keyArn: undefined });
  });
  const rules = one('aws_wafv2_web_acl').rule as Rule[];

  it('stands before the stage, and lets in what no rule blocks', () => {
    expect(one('aws_wafv2_web_acl')).toMatchObject({ scope: 'REGIONAL', default_action: { allow: {} } });
    expect(one('aws_wafv2_web_acl_association').resource_arn).toMatch(/aws_api_gateway_stage\..*arn/);
  });

  it('blocks by AWS’s rules, but only counts long bodies and callers that name no program', () => {
    const counted = rules.flatMap(({ override_action: whole, statement }) => {
      const group = statement.managed_rule_group_statement;
      if (group === undefined) return [];
      expect(whole).toEqual({ none: {} });
      return [[group.name, ((group.rule_action_override as { name: string }[]) ?? []).map(({ name }) => name)]];
    });
    expect(counted).toEqual([
      ['AWSManagedRulesCommonRuleSet', ['NoUserAgent_HEADER', 'SizeRestrictions_BODY']],
      ['AWSManagedRulesKnownBadInputsRuleSet', []],
    ]);
  });

  it('blocks an address that asks too often, each rule in its turn', () => {
    expect(rules.at(-1)).toMatchObject({
      action: { block: {} },
      statement: { rate_based_statement: { limit: 2000, aggregate_key_type: 'IP' } },
    });
    expect(rules.map(({ priority }) => priority)).toEqual([0, 1, 2]);
  });

  it('logs under the prefix that WAF asks for, and no token', () => {
    expect(one('aws_cloudwatch_log_group').name).toBe('aws-waf-logs-x-dev');
    expect(JSON.stringify(one('aws_wafv2_web_acl_logging_configuration').redacted_fields)).toContain('authorization');
  });
});
