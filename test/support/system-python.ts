/** Python as hosts have it: tests start it a few hundred times, and what a version manager puts before it takes longer than they do. */
export default function useSystemPython(): void {
  process.env.PATH = `/usr/bin:${process.env.PATH}`;
}
