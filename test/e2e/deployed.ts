/** What the suite has to be told of a deployed stage: the outputs of its deployment. */

/** Each variable, and the output that it is. */
const OUTPUTS = {
  API_URL: 'ApiUrl',
  USER_POOL_ID: 'UserPool',
  INBOX_QUEUE_URL: 'OrderEventsInboxQueueUrl',
} as const;

/** @throws Error naming each variable that is missing */
export function deployedVariables(variables: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const missing = Object.entries(OUTPUTS).filter(([variable]) => !variables[variable]);
  if (missing.length === 0)
    return Object.fromEntries(Object.keys(OUTPUTS).map((variable) => [variable, variables[variable] ?? '']));
  const told = missing.map(([variable, output]) => `${variable} (output ${output})`);
  throw new Error(`Set ${told.join(', ')} to what the deployment printed; an inbox exists in stage dev only.`);
}
