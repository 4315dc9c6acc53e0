// Stands for server.js where a project has none: its site is files only.

export function handle() {
  return Response.json({ error: 'This site has no server part.' }, { status: 404 });
}
