/** Pipes on a stream that the test writes itself, closed with it. */
import { pipeOn, type TestPipe, type TestPipeOptions } from './pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from './scripted-stream.js';

/** @param script what the stream holds before it is first read. @param test may start several pipes, one after another. */
export async function onStream(
  script: (stream: ScriptedStream) => void,
  test: (stream: ScriptedStream, start: (options?: TestPipeOptions) => Promise<TestPipe>) => Promise<void>,
): Promise<void> {
  const stream = new ScriptedStream();
  const started: TestPipe[] = [];
  script(stream);
  const client = await stream.start();
  try {
    await test(stream, async (options) => {
      const running = await pipeOn({ name: 'scripted', streamArn: SCRIPTED_ARN, client }, options);
      started.push(running);
      return running;
    });
  } finally {
    for (const { pipe } of started) await pipe.close();
    await stream.stop();
  }
}
