/** Something that deploys, as often as it is asked to. */
export interface Deployer {
  /** @param greeting a setting of one server's */
  deploy(greeting: string): Promise<void>;
}
