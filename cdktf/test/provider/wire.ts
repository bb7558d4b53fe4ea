/**
 * Values on their way between Terraform and a provider: MessagePack in which an extension stands for a value that is not
 * known yet. https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
 */
import { decode, encode, ExtData, ExtensionCodec } from '@msgpack/msgpack';

/** A value that only an apply will tell; Terraform may add what it knows of it, which is handed back as it came. */
export class Unknown {
  constructor(readonly sign: ExtData) {}
}

export type Value = null | string | number | bigint | boolean | Uint8Array | Unknown | Value[] | Values;
export interface Values {
  [name: string]: Value;
}

export const UNKNOWN = new Unknown(new ExtData(0, new Uint8Array([0])));

/** A value as the messages carry it. */
export interface DynamicValue {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

const PLAIN_UNKNOWN = 0;
const REFINED_UNKNOWN = 12;

const codec = new ExtensionCodec();
for (const type of [PLAIN_UNKNOWN, REFINED_UNKNOWN])
  codec.register({
    type,
    encode: () => null,
    decode: (data, which) => new Unknown(new ExtData(which, data)),
  });

/** Reads a value; one that is not there is null. */
export function fromWire(value: DynamicValue | undefined): Values | null {
  if (value?.msgpack?.length) return decode(value.msgpack, { extensionCodec: codec }) as Values | null;
  if (value?.json?.length) return JSON.parse(Buffer.from(value.json).toString()) as Values | null;
  return null;
}

/** Writes a value. */
export const toWire = (value: Values | null): DynamicValue => ({
  msgpack: encode(signed(value), { extensionCodec: codec }),
});

/** The encoder knows its own sign of an extension only. */
function signed(value: Value): unknown {
  if (value instanceof Unknown) return value.sign;
  if (Array.isArray(value)) return value.map(signed);
  if (isValues(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, signed(each)]));
  return value;
}

export const isValues = (value: Value | undefined): value is Values =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Unknown) &&
  !(value instanceof Uint8Array);
