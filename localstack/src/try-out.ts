/** Requests that show the whole path, ready to paste: for the banners of `npm start` and of `npm run compose`. */

/** @param api its address, with the stage */
export function tryOut(api: string, authMode: 'open' | 'jwt'): string[] {
  const post = `curl -s -X POST -H 'Content-Type: application/json'`;
  // Another person in each mode: who registered in open mode has no password.
  const name = authMode === 'open' ? 'john' : 'mary';
  const user = `"email":"${name}@example.com","name":"${name === 'john' ? 'John' : 'Mary'} Smith","username":"${name}"`;
  const order = `-d '{"amount":5.5,"numItems":2,"username":"${name}"}'`;
  if (authMode === 'open')
    return [
      `curl -X POST ${api}/add_user/ -H 'Content-Type: application/json' -d '{${user}}'`,
      `curl -X POST ${api}/orders/ -H 'Content-Type: application/json' ${order}`,
      `curl '${api}/orders/?username=${name}'`,
    ];
  const password = '"password":"Try-this-1"';
  const bearer = '-H "Authorization: Bearer $TOKEN"';
  return [
    `${post} ${api}/users/register -d '{${user},${password}}'`,
    `TOKEN=$(${post} ${api}/users/login -d '{"username":"${name}",${password}}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    `${post} ${bearer} ${api}/orders/ ${order}`,
    `curl -s ${bearer} ${api}/orders/`,
  ];
}
