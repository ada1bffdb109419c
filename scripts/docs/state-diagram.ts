/** "from event to" for each arrow of a mermaid state diagram, sorted; arrows from and to [*] are left out. */
export function diagramTransitions(markdown: string, heading: string): string[] {
  const section = markdown.split(`### ${heading}\n`)[1] ?? ''
  const diagram = section.split('```mermaid\n')[1]?.split('```')[0] ?? ''
  return [...diagram.matchAll(/^ *(\w+) --> (\w+): (\w+)$/gm)]
    .map(([, from, to, event]) => `${from} ${event} ${to}`)
    .toSorted()
}

/** The same of a transition function. */
export function tableTransitions<State extends string, Event extends string>(
  states: readonly State[],
  events: readonly Event[],
  next: (state: State, event: Event) => State | undefined,
): string[] {
  return states
    .flatMap((state) =>
      events.flatMap((event) => {
        const to = next(state, event)
        return to === undefined ? [] : [`${state} ${event} ${to}`]
      }),
    )
    .toSorted()
}
