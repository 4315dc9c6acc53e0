// What the apps see inside a preview and at Cloudflare, for the type checker only.
declare module '@builder/preview-database' {
  type Cell = null | number | bigint | string | Uint8Array;
  type Bindable = Cell | boolean;
  type Changes = { changes: number; lastInsertRowid: number | bigint };
  interface Database {
    all(sql: string, values?: Bindable[]): Promise<Record<string, Cell>[]>;
    run(sql: string, values?: Bindable[]): Promise<Changes>;
    batch(statements: { sql: string; values?: Bindable[] }[]): Promise<Changes[]>;
  }
  export function openDatabase(name: string): Database;
}
