/** Where a Redis is. */
export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly database: number;
}
