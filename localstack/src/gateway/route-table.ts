/** Finds the route of a request as API Gateway does: fixed segments before parameters, parameters before greedy ones. */
import { type HttpMethod, type LambdaFunction, type RestApi } from '../../../libs/topology/src/model.js';

export interface RouteMatch {
  readonly target: LambdaFunction;
  /** The route's path, such as `/orders/{proxy+}`. */
  readonly resource: string;
  readonly pathParameters: Record<string, string>;
  /** Asks for no token. */
  readonly public: boolean;
}

interface Node {
  readonly fixed: Map<string, Node>;
  parameter?: { name: string; node: Node };
  greedy?: { name: string; node: Node };
  readonly targets: Map<HttpMethod, Omit<RouteMatch, 'pathParameters'>>;
}

const emptyNode = (): Node => ({ fixed: new Map(), targets: new Map() });

export class RouteTable {
  private readonly root = emptyNode();

  constructor({ routes }: RestApi) {
    for (const { method, path, target, public: isPublic } of routes) {
      const node = segmentsOf(path).reduce(child, this.root);
      node.targets.set(method, { target, resource: path, public: isPublic });
    }
  }

  /** @param path without the stage; a slash at its end makes no difference */
  find(method: string, path: string): RouteMatch | undefined {
    return search(this.root, segmentsOf(path), 0, method, {});
  }
}

const segmentsOf = (path: string): string[] => {
  const segments = path.split('/').slice(1);
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments;
};

function child(node: Node, segment: string): Node {
  const [, name, plus] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
  if (name === undefined) {
    const next = node.fixed.get(segment) ?? emptyNode();
    node.fixed.set(segment, next);
    return next;
  }
  if (plus === '+') return (node.greedy ??= { name, node: emptyNode() }).node;
  return (node.parameter ??= { name, node: emptyNode() }).node;
}

function search(
  node: Node,
  segments: readonly string[],
  at: number,
  method: string,
  pathParameters: Record<string, string>,
): RouteMatch | undefined {
  const segment = segments[at];
  if (segment === undefined) {
    const found = node.targets.get(method as HttpMethod) ?? node.targets.get('ANY');
    return found && { ...found, pathParameters };
  }
  const fixed = node.fixed.get(segment);
  const { parameter, greedy } = node;
  return (
    (fixed && search(fixed, segments, at + 1, method, pathParameters)) ??
    (parameter && search(parameter.node, segments, at + 1, method, { ...pathParameters, [parameter.name]: segment })) ??
    (greedy &&
      search(greedy.node, segments, segments.length, method, {
        ...pathParameters,
        [greedy.name]: segments.slice(at).join('/'),
      }))
  );
}
