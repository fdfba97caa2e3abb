/** What a component needs of its host, checked before anything on any host is changed. */
export interface HostRequirements {
  /**
   * Memory in MiB that the component uses.
   *
   * @default 0
   */
  readonly memory?: number;

  /**
   * Disk space in MiB that the component uses below `/opt`.
   *
   * @default 0
   */
  readonly disk?: number;

  /**
   * MiB of files that each deploy may bring along: they lie in the login directory and below `/var/lib` on their way to `/opt`.
   *
   * @default 0
   */
  readonly content?: number;

  /**
   * Addresses as `host:port` that must accept a TCP connection from the host; a folder behind one says that it need not if that is there.
   *
   * @default - none
   */
  readonly endpoints?: string[];

  /**
   * URLs that the host must be able to download from; a folder behind a URL says that nothing need be downloaded if it is there.
   *
   * @default - none
   */
  readonly downloads?: string[];

  /**
   * Files that must be on the host already.
   *
   * @default - none
   */
  readonly files?: string[];

  /**
   * What the checks of the component's own layer, `fit/` among its host scripts, are told: lines by the name of a parameter.
   *
   * @default - none
   */
  readonly facts?: Readonly<Record<string, readonly string[]>>;
}
