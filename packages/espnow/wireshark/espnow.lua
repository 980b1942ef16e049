-- ESP-NOW for Wireshark and tshark: versions 1 and 2, the elements of a message joined.
--
-- Wireshark decodes the 802.11 header, the category (127, vendor specific) and the organisation identifier
-- (18:fe:34), and hands over what follows:
--
--     0        4    5        6          9      10        11
--     +--------+----+--------+----------+------+---------+--------+- - - - - - - - - -+
--     | random | dd | length | 18 fe 34 | 04   | version | 0..250 | another element   |
--     +--------+----+--------+----------+------+---------+--------+- - - - - - - - - -+
--
-- Version byte: bits 0-3 version, bit 4 "another element follows" (version 2). Encrypted frames have no readable body:
-- `espnow sniff --lmk KEY` decrypts.

local ESPRESSIF = 0x18fe34
local VENDOR_SPECIFIC = 221
local ESP_NOW_TYPE = 4
local RANDOM_LENGTH = 4
local ELEMENT_HEADER_LENGTH = 7
-- What an element's length counts beside its body: organisation identifier, type, version.
local COUNTED_HEADER_LENGTH = 5

local espnow = Proto("espnow", "ESP-NOW")

local fields = {
  random = ProtoField.uint32("espnow.random", "Random value", base.HEX),
  element = ProtoField.none("espnow.element", "Element"),
  id = ProtoField.uint8("espnow.element.id", "Element ID", base.DEC),
  length = ProtoField.uint8("espnow.element.length", "Length", base.DEC),
  oui = ProtoField.uint24("espnow.element.oui", "Organization identifier", base.HEX),
  type = ProtoField.uint8("espnow.element.type", "Type", base.DEC),
  version = ProtoField.uint8("espnow.version", "Version", base.DEC, nil, 0x0f),
  more = ProtoField.bool("espnow.more", "More data", 8, nil, 0x10),
  fragment = ProtoField.bytes("espnow.fragment", "Data of this element"),
  data = ProtoField.bytes("espnow.data", "Data"),
  data_length = ProtoField.uint16("espnow.data.length", "Data length", base.DEC),
  elements = ProtoField.uint8("espnow.elements", "Elements", base.DEC),
}
espnow.fields = fields

local malformed = ProtoExpert.new("espnow.malformed", "Malformed ESP-NOW element", expert.group.MALFORMED, expert.severity.ERROR)
espnow.experts = { malformed }

-- Why the element at `offset` is refused; nil if it is not.
local function flaw(buffer, offset)
  if buffer:len() - offset < ELEMENT_HEADER_LENGTH then return "it is too short" end
  if buffer(offset, 1):uint() ~= VENDOR_SPECIFIC then return "it is not vendor specific" end
  local length = buffer(offset + 1, 1):uint()
  if length < COUNTED_HEADER_LENGTH or offset + 2 + length > buffer:len() then return "its length does not fit" end
  if buffer(offset + 2, 3):uint() ~= ESPRESSIF then return "it is not Espressif's" end
  if buffer(offset + 5, 1):uint() ~= ESP_NOW_TYPE then return "it is not of ESP-NOW" end
  return nil
end

-- Shows the element at `offset` and adds its body to `data`. Returns the offset behind it.
local function dissect_element(buffer, offset, tree, data)
  local length = buffer(offset + 1, 1):uint()
  local element = tree:add(fields.element, buffer(offset, 2 + length))
  element:add(fields.id, buffer(offset, 1))
  element:add(fields.length, buffer(offset + 1, 1))
  element:add(fields.oui, buffer(offset + 2, 3))
  element:add(fields.type, buffer(offset + 5, 1))
  element:add(fields.version, buffer(offset + 6, 1))
  element:add(fields.more, buffer(offset + 6, 1))
  local body = length - COUNTED_HEADER_LENGTH
  if body > 0 then
    element:add(fields.fragment, buffer(offset + ELEMENT_HEADER_LENGTH, body))
    data:append(buffer(offset + ELEMENT_HEADER_LENGTH, body):bytes())
  end
  element:append_text(string.format(": version %d, %d bytes", buffer(offset + 6, 1):bitfield(4, 4), body))
  return offset + 2 + length
end

function espnow.dissector(buffer, pinfo, root)
  -- Other protocols of Espressif use the same identifier: theirs is another type.
  if buffer:len() < RANDOM_LENGTH + ELEMENT_HEADER_LENGTH then return 0 end
  if buffer(RANDOM_LENGTH + 5, 1):uint() ~= ESP_NOW_TYPE then return 0 end

  local tree = root:add(espnow, buffer())
  tree:add(fields.random, buffer(0, RANDOM_LENGTH))
  pinfo.cols.protocol = "ESP-NOW"

  local data = ByteArray.new()
  local version = buffer(RANDOM_LENGTH + 6, 1):bitfield(4, 4)
  local offset, count = RANDOM_LENGTH, 0
  while offset < buffer:len() do
    local reason = flaw(buffer, offset)
    if reason ~= nil then
      tree:add_proto_expert_info(malformed, string.format("Element %d is refused: %s", count + 1, reason))
      pinfo.cols.info = "ESP-NOW, malformed"
      return buffer:len()
    end
    offset = dissect_element(buffer, offset, tree, data)
    count = count + 1
  end

  tree:add(fields.elements, count):set_generated()
  tree:add(fields.data_length, data:len()):set_generated()
  if data:len() > 0 then
    -- One element: the bytes where they stand; several: joined, in a tab of their own.
    local whole = count == 1 and buffer(RANDOM_LENGTH + ELEMENT_HEADER_LENGTH, data:len()) or data:tvb("ESP-NOW data")()
    tree:add(fields.data, whole)
    pinfo.cols.info = string.format("ESP-NOW v%d, %d bytes", version, data:len())
  end
  return buffer:len()
end

DissectorTable.get("wlan.action.vendor_specific"):add(ESPRESSIF, espnow)
