/** An SNS endpoint that refuses single messages as the test says; spoken to by the real SDK client over HTTP. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { type PipeTarget } from '../src/target.js';
import { snsTarget } from '../src/target/sns-target.js';

/** Whose fault it is that a message is refused; `silent` leaves it out of the answer altogether. */
export type SnsVerdict = 'taken' | 'sender' | 'service' | 'silent';

export class SnsService {
  /** The messages of each PublishBatch. */
  readonly calls: string[][] = [];
  /** Messages that were taken, in order. */
  readonly taken: string[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #client: SNSClient | undefined;

  constructor(private readonly judge: (message: string, call: number) => SnsVerdict) {}

  async start(arn: string): Promise<PipeTarget> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const client = new SNSClient({
      endpoint: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    this.#client = client;
    return snsTarget({
      arn,
      publishBatch: (input, abortSignal) => client.send(new PublishBatchCommand(input), { abortSignal }),
    });
  }

  async stop(): Promise<void> {
    this.#client?.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const entries: { id: string; message: string }[] = [];
    for (let number = 1; ; number += 1) {
      const field = `PublishBatchRequestEntries.member.${number}`;
      const id = form.get(`${field}.Id`);
      if (id === null) break;
      entries.push({ id, message: form.get(`${field}.Message`) ?? '' });
    }
    this.calls.push(entries.map(({ message }) => message));
    let [successful, failed] = ['', ''];
    for (const { id, message } of entries) {
      const verdict = this.judge(message, this.calls.length);
      if (verdict === 'taken') {
        this.taken.push(message);
        successful += `<member><Id>${id}</Id><MessageId>m-${this.taken.length}</MessageId></member>`;
      } else if (verdict !== 'silent') {
        const blame = `<SenderFault>${verdict === 'sender'}</SenderFault>`;
        failed += `<member><Id>${id}</Id><Code>Refused</Code><Message>no ${message}</Message>${blame}</member>`;
      }
    }
    const result = `<Successful>${successful}</Successful><Failed>${failed}</Failed>`;
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>${result}` +
        `</PublishBatchResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishBatchResponse>`,
    );
  }
}
