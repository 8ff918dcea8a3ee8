namespace GovernedFinetune.Sandbox.Kubernetes.Protobuf;

/// <summary>Walks over the fields of one protobuf message.</summary>
internal ref struct Wire(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;
    private int _type;

    /// <summary>Goes to the next field; its value must then be read or skipped.</summary>
    /// <exception cref="FormatException">The message is cut off or malformed.</exception>
    public bool Next(out int number)
    {
        number = 0;
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        _type = (int)(tag & 7);
        number = (int)Math.Min(tag >> 3, int.MaxValue);
        return number > 0 ? true : throw Malformed();
    }

    /// <summary>The value of a number field.</summary>
    public ulong Varint() => _type == 0 ? ReadVarint() : throw Malformed();

    /// <summary>The value of a text, bytes or message field.</summary>
    public ReadOnlySpan<byte> Bytes() => _type == 2 ? Take(ReadVarint()) : throw Malformed();

    /// <summary>Passes over the value.</summary>
    public void Skip()
    {
        switch (_type)
        {
            case 0:
                _ = ReadVarint();
                break;
            case 1:
                _ = Take(8);
                break;
            case 2:
                _ = Take(ReadVarint());
                break;
            case 5:
                _ = Take(4);
                break;
            default:
                throw Malformed();
        }
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty)
            {
                throw Malformed();
            }

            var next = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw Malformed();
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private static FormatException Malformed() => new("the protobuf message is malformed or cut off");
}
