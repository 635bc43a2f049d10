/* Reading single fields of the daemon's messages; see messages.h. */
#include "messages.h"

bool emu_parse_answer(struct emu_bytes message, struct emu_answer *answer)
{
	struct emu_reader reader;
	struct emu_field field;

	answer->sequence = 0;
	answer->kind = 0;
	answer->body.data = message.data;
	answer->body.length = 0;
	emu_reader_init(&reader, message);
	while (emu_next_field(&reader, &field)) {
		if (field.number == EMU_FRAME_SEQUENCE && field.type == EMU_VARINT) {
			answer->sequence = (uint32_t)field.value;
		} else if (field.type == EMU_DELIMITED) {
			answer->kind = field.number;
			answer->body = field.bytes;
		}
	}
	return !reader.broken && emu_message_valid(answer->body);
}

uint64_t emu_get_varint(struct emu_bytes message, uint32_t number)
{
	struct emu_reader reader;
	struct emu_field field;
	uint64_t value = 0;

	emu_reader_init(&reader, message);
	while (emu_next_field(&reader, &field))
		if (field.number == number && field.type == EMU_VARINT)
			value = field.value;
	return value;
}

struct emu_bytes emu_get_bytes(struct emu_bytes message, uint32_t number)
{
	struct emu_bytes bytes = { message.data, 0 };
	struct emu_reader reader;
	struct emu_field field;

	emu_reader_init(&reader, message);
	while (emu_next_field(&reader, &field))
		if (field.number == number && field.type == EMU_DELIMITED)
			bytes = field.bytes;
	return bytes;
}

bool emu_message_valid(struct emu_bytes message)
{
	struct emu_reader reader;
	struct emu_field field;

	emu_reader_init(&reader, message);
	while (emu_next_field(&reader, &field))
		;
	return !reader.broken;
}
