/** What the suite has to be told of a deployed stage: the outputs of its deployment. */

/** Each variable, and the output that it is. */
const OUTPUTS = {
  API_URL: 'ApiUrl',
  USER_POOL_ID: 'UserPool',
  INBOX_QUEUE_URL: 'OrderEventsInboxQueueUrl',
} as const;

/** Thrown before the suite starts; the message names each variable that is missing, and the output that it is. */
export class MissingOutputsError extends Error {
  override readonly name = 'MissingOutputsError';
}

/** @throws MissingOutputsError */
export function deployedVariables(variables: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const missing = Object.entries(OUTPUTS).filter(([variable]) => !variables[variable]);
  if (missing.length === 0)
    return Object.fromEntries(Object.keys(OUTPUTS).map((variable) => [variable, variables[variable] ?? '']));
  const told = missing.map(([variable, output]) => `${variable} (output ${output})`);
  throw new MissingOutputsError(
    `Set ${told.join(', ')} to what the deployment printed; an inbox exists in stage dev only.`,
  );
}
