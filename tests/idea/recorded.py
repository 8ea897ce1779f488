"""What a model might answer to the ten prompts. Written by hand for these tests and called so: no model was asked.

They read like the answers that models give: fields in words of their own, each with a quote; some say too much, with a
quote that does not stand in the prompt, or none. Those have to stay open.
"""

from __future__ import annotations

#: Name of the prompt -> (field, value, quote) as the model answers them.
ANSWERS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "classification": (
        (
            "role_persona",
            "a triage assistant for an online electronics store",
            "a triage assistant for an online electronics store",
        ),
        (
            "task_goal",
            "Classify each customer message into one category",
            "Classify each customer message into one of the following categories",
        ),
        ("input_format", "one message of a customer, put in for {{message}}", "Customer message: {{message}}"),
        (
            "output_format",
            "one of: billing, shipping, returns, technical, other",
            "billing, shipping, returns, technical, other",
        ),
        (
            "edge_cases",
            "messages that fit more than one category: the one asked about first counts",
            "If the message fits more than one category",
        ),
        ("constraints", "Never explain the choice; lower case", "Never explain your choice"),
        ("use_case", "routing of tickets in production", "route tickets in production"),
    ),
    "extraction": (
        ("task_goal", "Extract the order details from the e-mail", "Extract the order details from the e-mail below"),
        ("input_format", "an e-mail, put in for {email_body}", "{email_body}"),
        (
            "output_format",
            '{"order_number": "string or null", "product": "string", "quantity": "integer", "wants_refund": "boolean"}',
            "Return a JSON object with exactly these keys",
        ),
        ("edge_cases", "the order number is missing: null", "If the order number is missing, use null"),
        ("constraints", "Do not invent values", "Do not invent values"),
        ("role_persona", "an e-commerce data specialist", ""),
    ),
    "support": (
        (
            "role_persona",
            "Mia, the friendly support agent of Nordkamp, a shop for outdoor gear",
            "the friendly support agent of Nordkamp, a shop for outdoor gear",
        ),
        (
            "task_goal",
            "help customers with orders, returns and product questions",
            "You help customers with orders, returns and product questions",
        ),
        ("domain_expertise", "outdoor gear: orders, returns, products", "a shop for outdoor gear"),
        (
            "constraints",
            "answers under 80 words, greet by name where it is known, never promise a delivery date",
            "Keep your answers under 80 words",
        ),
        (
            "edge_cases",
            "problems that the agent cannot solve: offer to hand over to a colleague",
            "If you cannot solve the problem, offer to hand over to a colleague",
        ),
        ("output_format", "a friendly e-mail with a signature", "friendly e-mail with signature"),
    ),
    "code": (
        ("role_persona", "a senior Python developer", "Act as a senior Python developer"),
        (
            "task_goal",
            "Write a Python function that solves the task of the user",
            "Write a Python function that solves the task the user describes",
        ),
        ("input_format", "a description of a task", "the task the user describes"),
        ("output_format", "only Python code in a single code block", "Output only the code in a single"),
        (
            "constraints",
            "type hints, a short docstring, standard library only, at most 40 lines",
            "Use only the standard library",
        ),
        ("diversity_requirements", "easy and hard tasks", "tasks of varying difficulty"),
    ),
    "sql": (
        ("role_persona", "an expert in PostgreSQL", "You are an expert in PostgreSQL"),
        ("task_goal", "write one SQL query that answers the question", "write one SQL query that answers it"),
        ("input_format", "a question in plain English", "a question in plain English"),
        ("domain_expertise", "the tables customers and orders", "customers(id, name, country, created_at)"),
        ("output_format", "only the SQL query", "Return only the SQL query"),
        (
            "edge_cases",
            "questions that cannot be answered with the schema: SELECT NULL",
            "If the question cannot be answered with this schema",
        ),
        ("constraints", "no SELECT *", "Do not use SELECT *"),
        ("use_case", "analytics dashboards", "used in our analytics dashboard"),
    ),
    "summarising": (
        (
            "task_goal",
            "Summarize the meeting transcript for a busy executive",
            "Summarize the meeting transcript in three bullet points for a busy executive",
        ),
        ("input_format", "a meeting transcript, put in for {transcript}", "Transcript: {transcript}"),
        ("output_format", "three bullet points", "three bullet points"),
        (
            "constraints",
            "each bullet point at most 20 words; every decision and who is responsible; no small talk",
            "Each bullet point must be at most 20 words",
        ),
        ("role_persona", "an executive assistant", "you are an executive assistant"),
    ),
    "triage": (
        (
            "role_persona",
            "a cautious triage nurse at a telephone hotline",
            "a cautious triage nurse at a telephone hotline",
        ),
        ("task_goal", "Assess how urgent the case is", "Assess how urgent the case is"),
        (
            "input_format",
            "Patients describe their symptoms in their own words",
            "Patients describe their symptoms in their own words",
        ),
        (
            "output_format",
            "one of: emergency, see_doctor_today, see_doctor_this_week, self_care",
            "emergency, see_doctor_today, see_doctor_this_week, self_care",
        ),
        (
            "edge_cases",
            "chest pain, trouble breathing or loss of consciousness: emergency",
            "chest pain, trouble breathing or loss of consciousness",
        ),
        (
            "constraints",
            "Never give a diagnosis, never recommend a prescription drug",
            "Never give a diagnosis. Never recommend a prescription drug.",
        ),
        ("realism_requirements", "callers are worried", "callers are often worried"),
    ),
    "tutoring": (
        (
            "role_persona",
            "a patient maths tutor for pupils aged 11 to 13",
            "a patient maths tutor for pupils aged 11 to 13",
        ),
        (
            "task_goal",
            "Explain the next step of the exercise without giving away the solution",
            "Explain the next step of the exercise without giving away the solution",
        ),
        (
            "edge_cases",
            "the pupil asks for the solution directly: a hint and why",
            "If the pupil asks for the solution directly, give a hint instead",
        ),
        (
            "constraints",
            "simple words, at most three sentences, one question at the end",
            "Use simple words and at most three sentences",
        ),
        ("use_case", "homework help", ""),
    ),
    "agent": (
        (
            "role_persona",
            "a travel agent that books flights and hotels",
            "You are a travel agent that books flights and hotels",
        ),
        ("task_goal", "books flights and hotels", "books flights and hotels"),
        (
            "interaction_type",
            "an agent with the tools search_flights, book_flight, cancel_booking",
            "Use the following tools: search_flights(origin, destination, date)",
        ),
        ("output_format", "a tool call as JSON or a short message to the user", "Either a tool call as JSON"),
        (
            "constraints",
            "Always search before you book; ask for confirmation; at most 9 passengers",
            "Always search before you book",
        ),
        ("edge_cases", "groups of ten", "groups of more than nine people"),
    ),
    "translation": (
        (
            "task_goal",
            "Translate the user's text from English into German",
            "Translate the user's text from English into German",
        ),
        (
            "input_format",
            "one paragraph of marketing copy, up to 120 words",
            "one paragraph of marketing copy, up to 120 words",
        ),
        ("output_format", "the translation only, no notes", "Reply with the translation only, no notes"),
        ("constraints", "keep tone and formatting, the formal Sie", 'Use the formal "Sie"'),
        ("role_persona", "a professional translator", "You are a professional translator"),
    ),
}
