import { IConstruct } from "constructs";

/** What constructs of one App have noted, in whatever of its stacks they are: for what only one of them can have. */
export class AppRegistry<T> {
  private readonly apps = new WeakMap<IConstruct, T[]>();

  /** What was noted in the App of a construct so far, in that order. Adding to it notes more. */
  public of(scope: IConstruct): T[] {
    const known = this.apps.get(scope.node.root) ?? [];
    this.apps.set(scope.node.root, known);
    return known;
  }
}
