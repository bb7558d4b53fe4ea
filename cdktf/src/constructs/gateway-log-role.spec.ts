import { describe, it } from 'node:test';
import { expect } from 'expect';
import { synthesized } from '../../test/fixtures/synthesized.js';
import { GatewayLogRole } from './gateway-log-role.js';

describe('the role of all APIs’ logs', () => {
  const { one, statements } = synthesized((scope) => {
    new GatewayLogRole(scope, 'logs', { name: 'x-logs' });
  });

  it('is set for the account only once it may write logs, and stays', () => {
    expect(one('aws_api_gateway_account')).toMatchObject({
      depends_on: [expect.stringContaining('aws_iam_role_policy_attachment.') as unknown],
      lifecycle: { prevent_destroy: true },
    });
    expect(one('aws_iam_role_policy_attachment').policy_arn).toMatch(/AmazonAPIGatewayPushToCloudWatchLogs$/);
    expect(one('aws_iam_role')).toMatchObject({ name: 'x-logs', lifecycle: { prevent_destroy: true } });
  });

  it('is taken on by API Gateway without a condition, which that names nothing for', () => {
    expect(statements).toEqual([
      {
        actions: ['sts:AssumeRole'],
        principals: [{ type: 'Service', identifiers: ['apigateway.amazonaws.com'] }],
      },
    ]);
  });
});
