import { describe, it } from 'node:test';
import { expect } from 'expect';
import { apiAndStageIn } from '../../test/fixtures/constructs.js';
import { synthesized } from '../../test/fixtures/synthesized.js';
import { CustomDomain } from './custom-domain.js';

describe('an API’s own name', () => {
  const { all, one } = synthesized((scope) => {
    new CustomDomain(scope, 'domain', { name: 'api.example.org', zoneId: 'Z1', ...apiAndStageIn(scope) });
  });

  it('has a certificate that its zone proves, the next one before the last one goes', () => {
    expect(one('aws_acm_certificate')).toMatchObject({
      ...{ domain_name: 'api.example.org', validation_method: 'DNS', lifecycle: { create_before_destroy: true } },
    });
    expect(JSON.stringify(one('aws_acm_certificate_validation').validation_record_fqdns)).toContain(
      'aws_route53_record.',
    );
  });

  it('waits for the certificate’s proof, and takes TLS 1.2 or later', () => {
    expect(one('aws_api_gateway_domain_name')).toMatchObject({
      security_policy: 'TLS_1_2',
      regional_certificate_arn: expect.stringContaining('aws_acm_certificate_validation.') as unknown,
    });
  });

  it('leads to the stage, by a record of the zone', () => {
    expect(one('aws_api_gateway_base_path_mapping').stage_name).toMatch(/aws_api_gateway_stage\..*stage_name/);
    const records = all('aws_route53_record');
    expect(records.map(({ zone_id }) => zone_id)).toEqual(['Z1', 'Z1']);
    expect(records.find(({ type }) => type === 'A')).toMatchObject({
      name: 'api.example.org',
      alias: { name: expect.stringContaining('regional_domain_name') as unknown },
    });
  });
});
