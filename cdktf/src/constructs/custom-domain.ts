/** A name of one's own for an API: a certificate that its zone proves, and the zone's record. */
import {
  AcmCertificate,
  AcmCertificateValidation,
  ApiGatewayBasePathMapping,
  ApiGatewayDomainName,
  Route53Record,
  type ApiGatewayRestApi,
  type ApiGatewayStage,
} from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';

export interface CustomDomainProps {
  readonly name: string;
  readonly zoneId: string;
  readonly restApi: ApiGatewayRestApi;
  readonly stage: ApiGatewayStage;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-regional-api-custom-domain-create.html */
export class CustomDomain extends Construct {
  constructor(scope: Construct, id: string, { name, zoneId, restApi, stage }: CustomDomainProps) {
    super(scope, id);
    const certificate = new AcmCertificate(this, 'certificate', {
      domainName: name,
      validationMethod: 'DNS',
      options: { certificateTransparencyLoggingPreference: 'ENABLED' },
      lifecycle: { createBeforeDestroy: true },
    });
    const proof = certificate.domainValidationOptions.get(0);
    const record = new Route53Record(this, 'proof', {
      zoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 300,
      allowOverwrite: true,
    });
    const validation = new AcmCertificateValidation(this, 'validation', {
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    });
    const domain = new ApiGatewayDomainName(this, 'domain', {
      domainName: name,
      regionalCertificateArn: validation.certificateArn,
      securityPolicy: 'TLS_1_2',
      endpointConfiguration: { types: ['REGIONAL'] },
    });
    new ApiGatewayBasePathMapping(this, 'mapping', {
      apiId: restApi.id,
      stageName: stage.stageName,
      domainName: domain.domainName,
    });
    new Route53Record(this, 'alias', {
      zoneId,
      name,
      type: 'A',
      alias: { name: domain.regionalDomainName, zoneId: domain.regionalZoneId, evaluateTargetHealth: false },
    });
  }
}
