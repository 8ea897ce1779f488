# ruff: noqa: E501
"""Ten prompts as they stand in products, each with what a reader would say it answers and what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Prompt:
    """A prompt, words that each answered field has to hold, fields it leaves open, and the form of its answer."""

    name: str
    text: str
    says: dict[str, str]
    open: tuple[str, ...]
    kind: str
    labels: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    more: Any = None


PROMPTS = (
    Prompt(
        "classification",
        """You are a triage assistant for an online electronics store. Classify each customer message into one of the following categories: billing, shipping, returns, technical, other.

Customer message: {{message}}

Respond only with the category name in lower case. If the message fits more than one category, choose the one the customer asks about first. Never explain your choice.""",
        {
            "role_persona": "triage assistant for an online electronics store",
            "task_goal": "Classify each customer message",
            "output_format": "category name in lower case",
            "edge_cases": "more than one category",
            "constraints": "Never explain",
        },
        ("use_case", "diversity_requirements", "realism_requirements", "dataset_format"),
        "label",
        labels=("billing", "shipping", "returns", "technical", "other"),
        variables=("message",),
    ),
    Prompt(
        "extraction",
        """Extract the order details from the e-mail below.

Return a JSON object with exactly these keys:
{
  "order_number": "string or null",
  "product": "string",
  "quantity": "integer",
  "wants_refund": "boolean"
}

If the order number is missing, use null. Do not invent values.

E-mail:
\"\"\"
{email_body}
\"\"\"""",
        {
            "task_goal": "Extract the order details from the e-mail",
            "output_format": "order_number",
            "edge_cases": "order number is missing",
            "constraints": "Do not invent values",
        },
        ("role_persona", "use_case", "domain_expertise", "realism_requirements"),
        "json",
        keys=("order_number", "product", "quantity", "wants_refund"),
        variables=("email_body",),
    ),
    Prompt(
        "support",
        """You are Mia, the friendly support agent of Nordkamp, a shop for outdoor gear. You help customers with orders, returns and product questions.

Guidelines:
- Keep your answers under 80 words.
- Always greet the customer by name if you know it.
- Never promise a delivery date.
- If you cannot solve the problem, offer to hand over to a colleague.""",
        {
            "role_persona": "support agent of Nordkamp",
            "task_goal": "help customers with orders",
            "constraints": "under 80 words",
        },
        ("use_case", "input_format", "output_format", "diversity_requirements", "dataset_format"),
        "open",
    ),
    Prompt(
        "code",
        """Act as a senior Python developer. Write a Python function that solves the task the user describes.

Requirements:
- Use type hints and a short docstring.
- Use only the standard library.
- At most 40 lines.

Output only the code in a single ```python``` code block, with no explanation.""",
        {
            "role_persona": "senior Python developer",
            "task_goal": "Write a Python function",
            "constraints": "standard library",
            "output_format": "code",
        },
        ("use_case", "edge_cases", "realism_requirements"),
        "code",
    ),
    Prompt(
        "sql",
        """You are an expert in PostgreSQL. Given a question in plain English, write one SQL query that answers it.

Schema:
customers(id, name, country, created_at)
orders(id, customer_id, total, placed_at)

Return only the SQL query. Do not use SELECT *. If the question cannot be answered with this schema, return SELECT NULL.""",
        {
            "role_persona": "expert in PostgreSQL",
            "task_goal": "write one SQL query",
            "input_format": "question in plain English",
            "output_format": "only the SQL query",
            "edge_cases": "cannot be answered",
            "constraints": "SELECT *",
        },
        ("use_case", "diversity_requirements", "realism_requirements"),
        "code",
    ),
    Prompt(
        "summarising",
        """Summarize the meeting transcript in three bullet points for a busy executive. Each bullet point must be at most 20 words. Mention every decision and who is responsible. Do not mention small talk.

Transcript: {transcript}""",
        {
            "task_goal": "Summarize the meeting transcript",
            "output_format": "three bullet points",
            "constraints": "at most 20 words",
        },
        ("role_persona", "use_case", "diversity_requirements", "edge_cases"),
        "text",
        variables=("transcript",),
    ),
    Prompt(
        "triage",
        """You are a cautious triage nurse at a telephone hotline. Patients describe their symptoms in their own words. Assess how urgent the case is and answer with one of: emergency, see_doctor_today, see_doctor_this_week, self_care.

Never give a diagnosis. Never recommend a prescription drug. If the caller mentions chest pain, trouble breathing or loss of consciousness and nothing speaks against it, the answer is emergency.""",
        {
            "role_persona": "cautious triage nurse",
            "task_goal": "Assess how urgent",
            "input_format": "Patients describe their symptoms",
            "output_format": "one of: emergency",
            "constraints": "Never give a diagnosis",
        },
        ("use_case", "diversity_requirements", "realism_requirements", "dataset_format"),
        "label",
        labels=("emergency", "see_doctor_today", "see_doctor_this_week", "self_care"),
    ),
    Prompt(
        "tutoring",
        """You are a patient maths tutor for pupils aged 11 to 13. Explain the next step of the exercise without giving away the solution. Ask one question at the end of every answer. Use simple words and at most three sentences.

If the pupil asks for the solution directly, give a hint instead and say why.""",
        {
            "role_persona": "patient maths tutor for pupils aged 11 to 13",
            "task_goal": "Explain the next step",
            "constraints": "at most three sentences",
        },
        ("use_case", "input_format", "diversity_requirements", "dataset_format"),
        "open",
    ),
    Prompt(
        "agent",
        """# Role
You are a travel agent that books flights and hotels.

# Tools
Use the following tools: search_flights(origin, destination, date), book_flight(flight_id, passenger), cancel_booking(booking_id).

# Constraints
- Always search before you book.
- Ask for confirmation before every booking.
- Never book more than 9 passengers.

# Output format
Either a tool call as JSON {"tool": "string", "arguments": {}} or a short message to the user.""",
        {
            "role_persona": "travel agent",
            "task_goal": "books flights and hotels",
            "constraints": "Always search before you book",
            "output_format": "tool call as JSON",
            "interaction_type": "tools",
        },
        ("use_case", "realism_requirements", "diversity_requirements", "edge_cases"),
        "text",
    ),
    Prompt(
        "translation",
        """Translate the user's text from English into German. Keep the tone and the formatting. Use the formal "Sie". Reply with the translation only, no notes.

Input: one paragraph of marketing copy, up to 120 words.""",
        {
            "task_goal": "Translate the user's text from English into German",
            "input_format": "one paragraph of marketing copy",
            "output_format": "translation only",
        },
        ("role_persona", "use_case", "edge_cases", "realism_requirements"),
        "text",
    ),
)
