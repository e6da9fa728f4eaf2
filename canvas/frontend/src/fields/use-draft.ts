import { useEffect, useState } from "react";

/** What is being typed. It is committed on Enter or when the field is left, and given up with Escape. */
export function useDraft(shown: string, commit: (text: string) => string | null) {
  const [text, setText] = useState(shown);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    setText(shown);
    setProblem(null);
  }, [shown]);
  const finish = (): void => setProblem(text === shown ? null : commit(text));
  return {
    text,
    problem,
    bind: {
      value: text,
      onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => setText(event.target.value),
      onBlur: finish,
      onKeyDown: (event: React.KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) => {
        if (event.key === "Enter" && !event.shiftKey) {
          event.preventDefault();
          finish();
        } else if (event.key === "Escape") {
          setText(shown);
          setProblem(null);
        } else return;
        event.stopPropagation();
      },
    },
  };
}
