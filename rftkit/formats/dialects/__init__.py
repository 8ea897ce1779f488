"""Foreign ways of writing a chat call, folded to the one that rftkit keeps: OpenAI's chat form.

Every provider and every tracer writes the same four things: messages, tools, a choice of tool and a
reply. The shapes of `rftkit.formats.shapes` know where in a row these stand; the modules here know how they are
written:

``values``     JSON text, flattened keys, OTLP's wrapped values
``calls``      tool calls, and the ids that tie a call to its result
``tools``      tool definitions and tool choices
``parts``      content parts: text, and media as references
``blocks``     content blocks: what a message of Anthropic, Bedrock, Gemini or OpenTelemetry is made of
``langchain``  LangChain's wrappers and dumps of messages
``messages``   one message of any dialect, and lists of them; Responses items
``requests``   the body of a call: where its messages, system text and tools are
``replies``    the answer of a call: the one assistant message in it
``spans``      the spans of a trace, in one form whoever wrote them

Nothing here knows files, rows or drafts.
"""
