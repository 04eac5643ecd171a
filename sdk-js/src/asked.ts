// What calls take, as types: what `checkedInput` makes requests of.
import type { DescMessage, DescService, Message, MessageShape } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { CallOptions } from "./rpc.js";
import type { TimeLike } from "./time.js";

/**
 * A request, or a message in one: an object with the fields that are to be set. Instants are taken in every form that
 * `timestamp` takes, such as `"2026-03-02"` or a `Date`, and enums by number or by word, such as `"month"`.
 */
export type Asked<Schema extends DescMessage> = Given<MessageShape<Schema>>;

type Given<M> = M extends Timestamp
  ? TimeLike
  : M | { [F in keyof M as F extends "$typeName" | "$unknown" ? never : F]?: GivenField<M[F]> };

type GivenField<F> = F extends readonly (infer One)[]
  ? readonly GivenField<One>[]
  : F extends Message
    ? Given<F>
    : F extends { case: infer Name; value: infer Value }
      ? { case: Name; value: GivenField<Value> }
      : F extends number
        ? GivenNumber<F>
        : F;

/** An enum, unlike a number, is one of some numbers. */
type GivenNumber<F extends number> = `${number}` extends `${F}` ? F : F | string;

/** The calls of a service, with requests as {@link Asked} says. */
export type Calls<S extends DescService> = {
  readonly [M in keyof S["method"]]: Call<S["method"][M]>;
};

type Call<Method> = Method extends {
  methodKind: "unary";
  input: infer Input extends DescMessage;
  output: infer Output extends DescMessage;
}
  ? (request: Asked<Input>, options?: CallOptions) => Promise<MessageShape<Output>>
  : Method extends {
        methodKind: "server_streaming";
        input: infer Input extends DescMessage;
        output: infer Output extends DescMessage;
      }
    ? (request: Asked<Input>, options?: CallOptions) => AsyncIterable<MessageShape<Output>>
    : Method extends {
          methodKind: "bidi_streaming";
          input: infer Input extends DescMessage;
          output: infer Output extends DescMessage;
        }
      ? (
          requests: AsyncIterable<Asked<Input>>,
          options?: CallOptions,
        ) => AsyncIterable<MessageShape<Output>>
      : never;
