/** Who sends a request: in jwt mode everybody signs in first. */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import supertest from 'supertest';

export type Api = ReturnType<typeof supertest.agent>;

export const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set; run the suite by npm run test:e2e`);
  return value;
};

/**
 * Whether what is asked for takes its time: LocalStack's tables are a tenth as quick as the embedded stack's, and slower still
 * beside other work; AWS is far away, starts functions cold, and its pipe waits for the stream.
 */
export const IS_SLOW = ['localstack', 'compose', 'aws'].includes(process.env.STACK ?? '');

/** Whether the API asks for tokens. */
export const SIGNS_IN = process.env.AUTH_MODE === 'jwt';

/** What every user of the suite signs in with. */
export const PASSWORD = 'Secret-123';

/** The API as a caller without any right sees it. */
export const api = (): Api => supertest.agent(variable('API_URL').replace(/\/$/, ''));

/** The caller that may do everything. */
export const ADMIN = 'admin';

const tokens = new Map<string, Promise<string>>();

/**
 * The API as somebody uses it who is signed in.
 * @param name whose token is sent where the API asks for one; it was registered with `PASSWORD`. In open mode none is
 */
export async function asCaller(name: string): Promise<Api> {
  if (!SIGNS_IN) return api();
  const token = tokens.get(name) ?? (name === ADMIN ? makeAdmin() : signIn(name));
  tokens.set(name, token);
  return api().set('authorization', `Bearer ${await token}`);
}

async function signIn(username: string): Promise<string> {
  const { status, text } = await api().post('/users/login').send({ username, password: PASSWORD });
  if (status !== 200) throw new Error(`${username} cannot sign in: ${status} ${text}`);
  return (JSON.parse(text) as { token: string }).token;
}

/** As an operator makes one: in the pool itself, which the API has no way to. */
async function makeAdmin(): Promise<string> {
  const client = new CognitoIdentityProviderClient({});
  const of = { UserPoolId: variable('USER_POOL_ID'), Username: ADMIN };
  try {
    await client.send(new AdminCreateUserCommand({ ...of, MessageAction: 'SUPPRESS' }));
  } catch (error) {
    // An earlier run on the same deployment has made it.
    if ((error as Error).name !== 'UsernameExistsException') throw error;
  }
  await client.send(new AdminSetUserPasswordCommand({ ...of, Password: PASSWORD, Permanent: true }));
  await client.send(new AdminAddUserToGroupCommand({ ...of, GroupName: 'apiAdmins' }));
  client.destroy();
  return signIn(ADMIN);
}
