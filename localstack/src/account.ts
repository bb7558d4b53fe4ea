/** Who and where we are in every ARN and URL that the local stack hands out, and how those are written. */
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

/** Credentials of local code: fixed, worthless, and never the ones of the shell. */
export const CREDENTIALS = { accessKeyId: 'tabletop', secretAccessKey: 'tabletop' } as const;

export const topicArn = (name: string): string => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;
export const queueArn = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
export const functionArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;

/** A queue's address at the AWS endpoint, in the path form that every SDK can follow. */
export const queueUrl = (origin: string, name: string): string => `${origin}/${ACCOUNT}/${name}`;
