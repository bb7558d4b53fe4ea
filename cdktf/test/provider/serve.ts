/**
 * Puts a provider behind the gRPC door that Terraform knocks at, without the handshake of an installed plugin: it is told
 * of a provider that already runs by TF_REATTACH_PROVIDERS
 * (https://developer.hashicorp.com/terraform/plugin/debugging#debugger-based-debugging).
 */
import grpc from '@grpc/grpc-js';
import { providerService } from './protocol.js';
import { type Calls, type Question } from './stand-in.js';

const SOURCE = 'registry.terraform.io/hashicorp/aws';

/**
 * Serves on a free loopback port, for as long as the process lives.
 * @returns the value for TF_REATTACH_PROVIDERS
 */
export async function serve(calls: Calls): Promise<string> {
  const server = new grpc.Server({ 'grpc.max_send_message_length': -1, 'grpc.max_receive_message_length': -1 });
  const definition: Record<string, grpc.MethodDefinition<object, object>> = {};
  const handlers: Record<string, grpc.handleUnaryCall<Question, object>> = {};
  for (const method of providerService.methodsArray) {
    method.resolve();
    const { resolvedRequestType: asked, resolvedResponseType: answered } = method;
    const call = calls[method.name];
    if (!asked || !answered || !call) throw new Error(`${method.name}: nothing answers this call`);
    definition[method.name] = {
      path: `/tfplugin5.Provider/${method.name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (value) => Buffer.from(asked.encode(asked.fromObject(value)).finish()),
      requestDeserialize: (bytes) => asked.toObject(asked.decode(bytes)),
      responseSerialize: (value) => Buffer.from(answered.encode(answered.fromObject(value)).finish()),
      responseDeserialize: (bytes) => answered.toObject(answered.decode(bytes)),
    };
    handlers[method.name] = ({ request }, done) => {
      try {
        done(null, call(request));
      } catch (error) {
        done({ code: grpc.status.INTERNAL, details: error instanceof Error ? error.message : String(error) });
      }
    };
  }
  server.addService(definition, handlers);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const provider = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
  };
  return JSON.stringify({ [SOURCE]: provider });
}
