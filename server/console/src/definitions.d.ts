declare module "virtual:definitions" {
  const definitions: Record<string, string>;
  export default definitions;
}
